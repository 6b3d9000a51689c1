import assert from "node:assert/strict";
import { openTestGateway } from "../support/test_gateway.ts";

const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html,*/*;q=0.8" };
const ADDRESS = "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045";

Deno.test("every written form of a name leads to its canonical address", async () => {
  await using test = await openTestGateway();
  const cases = {
    [`/${ADDRESS.toLowerCase()}`]: `/${ADDRESS}`,
    [`/0x${ADDRESS.slice(2).toUpperCase()}/feed.xml?raw`]: `/${ADDRESS}/feed.xml?raw`,
    [`/${ADDRESS}/`]: `/${ADDRESS}`,
    "/Alice.Example/atom.xml": "/alice.example/atom.xml",
    "/b%C3%BCcher.example": "/xn--bcher-kva.example",
  };
  for (const [written, canonical] of Object.entries(cases)) {
    const answer = await test.get(written);
    assert.equal(answer.status, 308, written);
    assert.equal(answer.headers.get("Location"), canonical);
  }
});

Deno.test("a name in letters of any script has one address, which leads nowhere else", async () => {
  await using test = await openTestGateway();
  const paths = { "BÜCHER.eth": "/b%C3%BCcher.eth", "日本.eth": "/%E6%97%A5%E6%9C%AC.eth" };
  for (const [written, path] of Object.entries(paths)) {
    const typed = await test.get(`/?name=${encodeURIComponent(written)}`);
    assert.equal(typed.headers.get("Location"), path);
    const answer = await test.get(path);
    assert.equal(answer.status, 501, path);
    await answer.body?.cancel();
  }
});

Deno.test("a wrong checksum is refused, and the right one is named", async () => {
  await using test = await openTestGateway();
  const wrong = ADDRESS.replace("d8dA", "D8dA");
  const problem = await test.get(`/${wrong}`);
  assert.equal(problem.status, 400);
  assert.match(await problem.text(), new RegExp(ADDRESS));
  const page = await test.get(`/${wrong}`, BROWSER);
  assert.equal(page.headers.get("Content-Type"), "text/html; charset=utf-8");
  assert.match(await page.text(), new RegExp(ADDRESS));
});

Deno.test("what is no name is 400, for people as a page and for programs as a problem", async () => {
  await using test = await openTestGateway();
  for (const path of ["/1.2.3", "/localhost", "/0x1234", "/%00", "/a%2Fb", "/" + "a".repeat(300)]) {
    const problem = await test.get(path);
    assert.equal(problem.status, 400, path);
    assert.equal(problem.headers.get("Content-Type"), "application/problem+json");
    await problem.body?.cancel();
  }
});

Deno.test("a wallet without a pointer is 404, briefly kept", async () => {
  await using test = await openTestGateway();
  const answer = await test.get(`/${ADDRESS}`);
  assert.equal(answer.status, 404);
  assert.equal(answer.headers.get("Cache-Control"), "public, max-age=10");
  await answer.body?.cancel();
});

Deno.test("a name system that is not there is 501; a DNS server that is not there is 502", async () => {
  await using test = await openTestGateway();
  const ens = await test.get("/alice.eth");
  assert.equal(ens.status, 501);
  await ens.body?.cancel();
  const dns = await test.get("/alice.example");
  assert.equal(dns.status, 502);
  assert.equal(dns.headers.get("Cache-Control"), "no-store");
  await dns.body?.cancel();
});

Deno.test("the box for a name takes what people paste", async () => {
  await using test = await openTestGateway();
  const pasted = {
    [ADDRESS]: `/${ADDRESS}`,
    [` ${ADDRESS} `]: `/${ADDRESS}`,
    [`ethereum:${ADDRESS}`]: `/${ADDRESS}`,
    "https://Alice.example/": "/alice.example",
    "@alice.example": "/alice.example",
  };
  for (const [typed, path] of Object.entries(pasted)) {
    const answer = await test.get(`/?name=${encodeURIComponent(typed)}`, BROWSER);
    assert.equal(answer.status, 303, typed);
    assert.equal(answer.headers.get("Location"), path);
  }
  const wrong = await test.get("/?name=%3Cscript%3E", BROWSER);
  assert.equal(wrong.status, 400);
  assert.doesNotMatch(await wrong.text(), /<script>/);
});

Deno.test("no text in the box takes long to be refused", async () => {
  await using test = await openTestGateway();
  // In quadratic time this would not end within a quarter of an hour.
  const answer = await test.get(`/?name=${"/".repeat(1_000_000)}x`);
  assert.equal(answer.status, 400);
  await answer.body?.cancel();
});

Deno.test("the front page and the page's parts are there on the own host", async () => {
  await using test = await openTestGateway();
  for (const path of ["/", "/feed.xsl", "/page.css", "/favicon.svg", "/robots.txt", "/health"]) {
    const answer = await test.get(path, BROWSER);
    assert.equal(answer.status, 200, path);
    await answer.body?.cancel();
  }
  const { status } = await test.get("/page.css", {
    "If-None-Match": (await test.get("/page.css")).headers.get("ETag") ?? "",
  });
  assert.equal(status, 304);
});

Deno.test("a custom domain has its feed's routes only", async () => {
  await using test = await openTestGateway();
  const domain = { Host: "alice.example", ...BROWSER };
  const wellKnown = await test.get("/.well-known/ourspace", domain);
  assert.equal(wellKnown.status, 404);
  assert.match(await wellKnown.text(), /The feed is at \/\./);
  const parts = await test.get("/page.css", domain);
  assert.equal(parts.status, 200);
  await parts.body?.cancel();
  const other = await test.get(`/${ADDRESS}`, domain);
  assert.equal(other.status, 404);
  await other.body?.cancel();
  const health = await test.get("/health", domain);
  assert.equal(health.status, 200);
  await health.body?.cancel();
});

Deno.test("visits change nothing: other methods are refused, preflights are welcome", async () => {
  await using test = await openTestGateway();
  const post = await test.get(`/${ADDRESS}`, {}, "POST");
  assert.equal(post.status, 405);
  assert.equal(post.headers.get("Allow"), "GET, HEAD, OPTIONS");
  assert.equal(post.headers.get("Content-Type"), "application/problem+json");
  await post.body?.cancel();
  const preflight = await test.get(`/${ADDRESS}`, {}, "OPTIONS");
  assert.equal(preflight.status, 204);
  const head = await test.get("/", BROWSER, "HEAD");
  assert.equal(head.status, 200);
  assert.equal(await head.text(), "");
});

Deno.test("whatever a visit gets, any page on the web may read it", async () => {
  await using test = await openTestGateway();
  const visits: [path: string, status: number, headers?: Record<string, string>][] = [
    ["/", 200],
    ["/page.css", 200],
    ["/feed.xsl", 200],
    ["/favicon.svg", 200],
    [`/${ADDRESS.toLowerCase()}/feed.xml`, 308],
    ["/?name=alice.example", 303],
    [`/${ADDRESS}`, 404, BROWSER],
    ["/.well-known/ourspace", 404, { Host: "alice.example" }],
    ["/1.2.3", 400],
  ];
  for (const [path, status, headers] of visits) {
    const answer = await test.get(path, headers);
    assert.equal(answer.status, status, path);
    assert.equal(answer.headers.get("Access-Control-Allow-Origin"), "*", path);
    await answer.body?.cancel();
  }
});

Deno.test("programs that take the wrong method are told which there are; the operator's paths tell nobody", async () => {
  await using test = await openTestGateway();
  const allowed: [method: string, path: string, methods: string][] = [
    ["POST", `/v1/pointers/${ADDRESS}`, "GET, HEAD, PUT"],
    ["POST", "/v1/pointers", "GET, HEAD"],
    ["DELETE", "/metrics", "GET, HEAD"],
  ];
  for (const [method, path, methods] of allowed) {
    const answer = await test.get(path, {}, method);
    assert.equal(answer.status, 405, path);
    assert.equal(answer.headers.get("Allow"), methods);
    await answer.body?.cancel();
  }
  const statuses = async (...paths: [method: string, path: string][]) =>
    await Promise.all(paths.map(async ([method, path]) => {
      const answer = await test.get(path, {}, method);
      await answer.body?.cancel();
      return answer.status;
    }));
  assert.deepEqual(
    await statuses(["PATCH", "/v1/admin/status"], ["GET", "/v1/nothing"], ["HEAD", "/v1/pointers"]),
    [403, 404, 200],
  );
});

Deno.test("HEAD tells the length that GET has", async () => {
  await using test = await openTestGateway();
  for (const path of ["/", "/page.css", `/${ADDRESS}`, "/1.2.3", "/health"]) {
    const { byteLength } = await (await test.get(path)).arrayBuffer();
    const head = await test.get(path, {}, "HEAD");
    assert.equal(head.headers.get("Content-Length"), String(byteLength), path);
    assert.equal(head.body, null, path);
  }
});
