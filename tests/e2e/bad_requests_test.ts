import assert from "node:assert/strict";
import { identityText } from "../../schemas/identity.ts";
import { listen, publishFeed } from "../support/feed_offers.ts";
import { startGateway } from "../support/gateway_process.ts";
import { makeSigner } from "../support/pointers.ts";
import { rssFeed } from "../support/publish.ts";
import { exchange } from "../support/raw_http.ts";
import { startRawServer } from "../support/raw_server.ts";
import { openTestGateway } from "../support/test_gateway.ts";

const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html,*/*;q=0.8" };

/** Without what differs by its nature: no body has a length, and no two requests take the same time. */
function comparable(headers: Headers): string[][] {
  return [...headers]
    .filter(([name]) => name !== "content-length")
    .map((
      [name, value],
    ) => [name, name === "server-timing" ? value.replace(/dur=\d+/g, "") : value]);
}

Deno.test("HEAD is answered like GET on every route, without a body", async () => {
  await using test = await openTestGateway();
  const path = await publishFeed(test, makeSigner(), rssFeed(["One"]));
  const post = /\/posts\/[a-z2-7]{26}/.exec(await (await test.get(path, BROWSER)).text())?.[0];
  const { cid } = await (await test.get(`${path}/pointer.json`)).json();
  const forms = ["", "/feed.xml", "/atom.xml", "/feed.json", "/page.xml", "/pointer.json"];
  const paths = [
    ...forms.map((form) => path + form),
    `${path}${post}`,
    `${path}/posts/${"a".repeat(26)}`,
    `${path}/qr.svg`,
    `${path}/nothing`,
    `/ipfs/${cid}`,
    `/ipfs/${cid}?format=raw`,
    `/v1/pointers${path}`,
    "/v1/pointers?since=0",
    "/v1/nothing",
    "/",
    "/feed.xsl",
    "/page.css",
    "/favicon.svg",
    "/health",
    "/no name",
  ];
  for (const asked of paths) {
    const get = await test.get(asked, BROWSER);
    const head = await test.get(asked, BROWSER, "HEAD");
    assert.equal(head.status, get.status, asked);
    assert.deepEqual(comparable(head.headers), comparable(get.headers), asked);
    assert.equal(await head.text(), "", asked);
    await get.body?.cancel();
  }
  assert.deepEqual(test.problems, []);
});

Deno.test("no nonsense in a path, a query or a header breaks anything", async () => {
  await using test = await openTestGateway();
  const path = await publishFeed(test, makeSigner(), rssFeed(["One"]));
  const { cid } = await (await test.get(`${path}/pointer.json`)).json();
  const paths = [
    "/%",
    "/%E0%A4%A",
    "/%00",
    "/%ff%fe",
    "/..%2f..%2fetc%2fpasswd",
    "//evil.example/",
    "/\\x",
    "/constructor",
    "/__proto__",
    `${path}/__proto__`,
    `${path}/posts/__proto__`,
    `${path}//`,
    `${path}/%`,
    `${path}/posts/%`,
    `/ipfs/`,
    `/ipfs/%`,
    `/ipfs/${cid}/%`,
    `/ipfs/${cid}/..%2f`,
    `/ipfs/${cid}?format=__proto__`,
    "/v1/pointers/%",
    "/v1/pointers/__proto__",
    "/v1/pointers?since=%00&limit=-1&wait=1e9",
    "/?name=%00",
    "/?name=%",
    "/?name=&name=",
    `/${"a".repeat(100_000)}`,
    `/?name=${"a.".repeat(50_000)}`,
    `/ipfs/${"b".repeat(100_000)}`,
    `${path}?${"x".repeat(100_000)}`,
  ];
  for (const asked of paths) {
    const answer = await test.get(asked);
    assert.ok(answer.status < 500, `${asked.slice(0, 60)}: ${answer.status}`);
    await answer.body?.cancel();
  }
  const headers = {
    "Accept": ["text/html;q=x", ",;,;=", "*/*".repeat(10_000)],
    "Accept-Encoding": ["br;q=9", ";;;", "gzip,".repeat(10_000)],
    "If-None-Match": ['W/"', '"a",'.repeat(10_000), "*"],
    "If-Modified-Since": ["yesterday", "Thu, 01 Jan 1970 00:00:00 GMT", "9".repeat(1_000)],
    "Range": ["bytes=", "bytes=a-b", "bytes=9-1", "bytes=0-0,2-3", "x".repeat(1_000)],
    "Cache-Control": ["only-if-cached", "max-age=x"],
  };
  for (const [name, values] of Object.entries(headers)) {
    for (const value of values) {
      for (const asked of [path, `${path}/feed.xml`, `/ipfs/${cid}`]) {
        const answer = await test.get(asked, { [name]: value });
        assert.ok(answer.status < 400, `${asked} ${name}: ${value.slice(0, 40)}`);
        await answer.body?.cancel();
      }
    }
  }
  assert.deepEqual(test.problems, []);
});

Deno.test("a flood of unknown names keeps nobody from a feed, whoever is silent", async () => {
  await using origin = await openTestGateway();
  await using peer = listen(origin);
  const silent = startRawServer(() => new Promise(() => {}));
  try {
    const environment = { PEERS: `http://127.0.0.1:${silent.port},${peer.url}` };
    await using test = await openTestGateway({ environment });
    const held = await publishFeed(test, makeSigner(), rssFeed(["One"]));
    const elsewhere = await publishFeed(origin, makeSigner(), rssFeed(["One"]));
    const flood = Array.from({ length: 600 }, async () => {
      const answer = await test.get(`/${identityText(makeSigner().identity)}`);
      await answer.body?.cancel();
      return answer.status;
    });
    for (const path of [held, elsewhere]) {
      const feed = await test.get(`${path}/feed.xml`);
      assert.match(await feed.text(), /One/, `${path} ${feed.status}`);
    }
    for (const status of await Promise.all(flood)) assert.ok([404, 503].includes(status));
    assert.deepEqual(test.problems, []);
  } finally {
    await silent.stop();
  }
});

Deno.test("while heavy feeds of strangers are read, other visitors are served", async () => {
  await using test = await openTestGateway();
  const path = await publishFeed(test, makeSigner(), rssFeed(["One"]));
  const pictures = "&lt;img src='https://a.example/b'&gt;".repeat(3_000);
  const heavy = rssFeed(Array.from({ length: 10 }, (_, index) => `${index}`))
    .replaceAll("About", pictures);
  const strangers = await Promise.all(
    Array.from({ length: 10 }, () => publishFeed(test, makeSigner(), heavy)),
  );
  let reading = true;
  const read = Promise.all(strangers.map(async (stranger) => {
    const answer = await test.get(`${stranger}/feed.xml`);
    await answer.body?.cancel();
    return answer.status;
  })).finally(() => reading = false);
  let visits = 0;
  for (; reading; visits++) {
    const answer = await test.get(`${path}/feed.xml?visit=${visits}`);
    await answer.body?.cancel();
    assert.equal(answer.status, 200);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  // A machine that is busy otherwise may not read all of them within a request's deadline.
  for (const status of await read) assert.ok([200, 504].includes(status), `${status}`);
  // Read at one stretch they would let one visitor in between.
  assert.ok(visits > strangers.length, `${visits} visits`);
});

Deno.test("raw requests: two hosts, another host, long lines and large headers", async () => {
  await using gateway = await startGateway();
  const { hostname, port } = new URL(gateway.url);
  const send = async (...lines: string[]) =>
    await exchange(hostname, Number(port), [...lines, "Connection: close"]);
  const home = await (await fetch(gateway.url, { headers: BROWSER })).text();
  const path = /href="(\/0x[0-9a-fA-F]{40})"/.exec(home)?.[1] ?? "";
  const own = `Host: 127.0.0.1:${port}`;

  // While the answer is hot, too.
  for (let visit = 0; visit < 2; visit++) {
    assert.equal((await send(`GET ${path} HTTP/1.1`, own)).status, 200);
    assert.equal((await send(`GET ${path} HTTP/1.1`, own, "Host: other.example")).status, 400);
  }
  // The target's host counts, not the header's: neither answer may be taken for the other's.
  const foreign = await send(`GET http://other.example${path} HTTP/1.1`, own);
  assert.equal(foreign.status, 404);
  const pad = `X-Padding: ${"x".repeat(10_000)}`;
  assert.equal((await send(`GET ${path} HTTP/1.1`, own, pad)).status, 200);
  const long = await send(`GET /${"a".repeat(30_000)} HTTP/1.1`, own);
  assert.ok([400, 414, 431].includes(long.status), String(long.status));
  assert.equal((await send("GET /health HTTP/1.1", own)).status, 200);
  assert.equal(await gateway.interrupt(), 0);
});
