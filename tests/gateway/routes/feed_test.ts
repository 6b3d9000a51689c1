import assert from "node:assert/strict";
import { brotliDecompressSync } from "node:zlib";
import { installWelcome } from "../../../gateway/welcome.ts";
import { WITHDRAWN_CID } from "../../../schemas/pointer.ts";
import { replyTo, SERVFAIL, txt } from "../../support/dns_packets.ts";
import { startDnsServer } from "../../support/dns_server.ts";
import { HELLO_CID, makeSigner, type Signer, signPointer } from "../../support/pointers.ts";
import { openTestGateway, type TestGateway } from "../../support/test_gateway.ts";

const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html,*/*;q=0.8" };

const FEED = `<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0"><channel><title>Alice</title><link>https://alice.example/</link>
<description>What Alice sees</description><language>en</language>
<item><title>First post</title><guid isPermaLink="false">first</guid>
<pubDate>Fri, 20 Nov 2026 08:00:00 GMT</pubDate>
<description>&lt;p&gt;Hello &lt;b&gt;world&lt;/b&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;/p&gt;</description>
</item></channel></rss>`;

/** Publishes by the very API that others use, and gives the path of the feed. */
async function publish(
  { add, gateway }: TestGateway,
  signer: Signer,
  content: string | { cid: string },
  timestamp = "2026-11-20T08:22:17.000Z",
): Promise<string> {
  const cid = typeof content === "string" ? await add({ "feed.xml": content }) : content.cid;
  const body = await signPointer(signer, { cid, timestamp });
  const { address } = signer.identity;
  const answer = await gateway.fetch(
    new Request(`https://gateway.example/v1/pointers/${address}`, { method: "PUT", body }),
    { remoteAddress: "127.0.0.1" },
  );
  assert.equal(answer.status, 204, await answer.text());
  return `/${address}`;
}

Deno.test("one address is a page for browsers and RSS for readers", async () => {
  await using test = await openTestGateway();
  const path = await publish(test, makeSigner(), FEED);

  const page = await test.get(path, BROWSER);
  const html = await page.text();
  assert.equal(page.status, 200, html);
  assert.equal(page.headers.get("Content-Type"), "text/html; charset=utf-8");
  assert.match(page.headers.get("Cache-Control") ?? "", /^public, .*stale-while-revalidate/);
  assert.match(page.headers.get("Vary") ?? "", /Accept, Sec-Fetch-Dest/);
  assert.match(page.headers.get("Content-Security-Policy") ?? "", /default-src 'none'/);
  assert.match(html, /First post/);
  assert.doesNotMatch(html, /<script/);

  const reader = await test.get(path, { Accept: "*/*" });
  assert.equal(reader.headers.get("Content-Type"), "application/rss+xml; charset=utf-8");
  assert.equal(reader.headers.get("Content-Location"), `${path}/feed.xml`);
  assert.match(reader.headers.get("Cache-Control") ?? "", /^private/);
  assert.match(await reader.text(), /<title>Alice<\/title>/);
  assert.deepEqual(test.problems, []);
});

Deno.test("a browser that opens the feed's own address is told what to do with it", async () => {
  await using test = await openTestGateway();
  const path = await publish(test, makeSigner(), FEED);
  const help = await test.get(`${path}/feed.xml`, BROWSER);
  assert.equal(help.headers.get("Content-Type"), "text/html; charset=utf-8");
  assert.equal(help.headers.get("Cache-Control"), "private, no-store");
  assert.equal(help.headers.get("ETag"), null);
  await help.body?.cancel();

  const raw = await test.get(`${path}/feed.xml?raw`, BROWSER);
  assert.equal(raw.headers.get("Content-Type"), "application/rss+xml; charset=utf-8");
  await raw.body?.cancel();
});

Deno.test("every format has its type, its tag and its 304", async () => {
  await using test = await openTestGateway();
  const path = await publish(test, makeSigner(), FEED);
  const types = {
    "/feed.xml": "application/rss+xml; charset=utf-8",
    "/atom.xml": "application/atom+xml; charset=utf-8",
    "/feed.json": "application/feed+json; charset=utf-8",
    "/page.xml": "application/xml; charset=utf-8",
    "/pointer.json": "application/json",
  };
  const tags = new Set<string>();
  for (const [format, type] of Object.entries(types)) {
    const first = await test.get(path + format);
    assert.equal(first.status, 200, format);
    assert.equal(first.headers.get("Content-Type"), type);
    assert.equal(first.headers.get("Access-Control-Allow-Origin"), "*");
    assert.equal(first.headers.get("X-Content-Type-Options"), "nosniff");
    const etag = first.headers.get("ETag") ?? "";
    tags.add(etag);
    await first.body?.cancel();

    const second = await test.get(path + format, { "If-None-Match": etag });
    assert.equal(second.status, 304, format);
    assert.equal(second.headers.get("ETag"), etag);
    assert.equal(second.headers.get("Cache-Control"), first.headers.get("Cache-Control"));
    assert.equal(await second.text(), "");
  }
  assert.equal(tags.size, Object.keys(types).length);
});

Deno.test("304 is for what exists: a star and a date are no proof that it does", async () => {
  await using test = await openTestGateway();
  const path = await publish(test, makeSigner(), FEED, "2026-01-05T10:00:00.000Z");
  const { items: [post] } = await (await test.get(`${path}/feed.json`)).json();
  const any = { "If-None-Match": "*" };
  const since = { "If-Modified-Since": "Mon, 05 Jan 2026 10:00:00 GMT" };
  for (const held of [any, since]) {
    const answer = await test.get(`${path}/posts/${"a".repeat(26)}`, held);
    assert.equal(answer.status, 404, JSON.stringify(held));
    await answer.body?.cancel();
    assert.equal((await test.get(`${path}/posts/${post._ourspace.id}`, held)).status, 304);
    assert.equal((await test.get(`${path}/feed.xml`, held)).status, 304);
    // Also when it need not be rendered again.
    await (await test.get(`${path}/posts/${post._ourspace.id}`)).body?.cancel();
    assert.equal((await test.get(`${path}/posts/${post._ourspace.id}`, held)).status, 304);
  }
  const nowhere = await publish(test, makeSigner(), { cid: HELLO_CID });
  const answer = await test.get(`${nowhere}/feed.xml`, any);
  assert.equal(answer.status, 504);
  await answer.body?.cancel();
});

Deno.test("a representation has a tag of its own in every coding", async () => {
  await using test = await openTestGateway();
  const path = await publish(test, makeSigner(), FEED);
  const plain = await test.get(`${path}/feed.xml`);
  const brotli = await test.get(`${path}/feed.xml`, { "Accept-Encoding": "gzip, br" });
  assert.equal(brotli.headers.get("Content-Encoding"), "br");
  assert.notEqual(plain.headers.get("ETag"), brotli.headers.get("ETag"));
  const unpacked = brotliDecompressSync(new Uint8Array(await brotli.arrayBuffer()));
  assert.equal(unpacked.toString(), await plain.text());
  const etag = brotli.headers.get("ETag") ?? "";
  const again = { "Accept-Encoding": "gzip, br", "If-None-Match": etag };
  assert.equal((await test.get(`${path}/feed.xml`, again)).status, 304);
});

Deno.test("If-Modified-Since is answered by the pointer's time", async () => {
  await using test = await openTestGateway();
  const path = await publish(test, makeSigner(), FEED, "2026-01-05T10:00:00.400Z");
  const first = await test.get(`${path}/feed.xml`);
  assert.equal(first.headers.get("Last-Modified"), "Mon, 05 Jan 2026 10:00:00 GMT");
  await first.body?.cancel();
  const since = { "If-Modified-Since": "Mon, 05 Jan 2026 10:00:00 GMT" };
  assert.equal((await test.get(`${path}/feed.xml`, since)).status, 304);
});

Deno.test("a new pointer is seen by the next request, an older one never", async () => {
  await using test = await openTestGateway();
  const signer = makeSigner();
  const path = await publish(test, signer, FEED, "2026-01-05T10:00:00.000Z");
  const before = await (await test.get(`${path}/feed.xml`)).text();
  const newer = FEED.replace("First post", "Changed post");
  await publish(test, signer, newer, "2026-01-05T10:00:00.001Z");
  const after = await (await test.get(`${path}/feed.xml`)).text();
  assert.match(before, /First post/);
  assert.match(after, /Changed post/);

  const old = await signPointer(signer, {
    cid: await test.add({ "feed.xml": FEED }),
    timestamp: "2026-01-05T10:00:00.000Z",
  });
  const refused = await test.gateway.fetch(
    new Request(`https://gateway.example/v1/pointers${path}`, { method: "PUT", body: old }),
    { remoteAddress: "127.0.0.1" },
  );
  assert.equal(refused.status, 409);
  assert.match(await refused.text(), /10:00:00\.001Z/);
  assert.equal(await (await test.get(`${path}/feed.xml`)).text(), after);
});

Deno.test("a post has a page of its own, and a post that is none is 404", async () => {
  await using test = await openTestGateway();
  const path = await publish(test, makeSigner(), FEED);
  const json = await (await test.get(`${path}/feed.json`)).json();
  const page = await (await test.get(path, BROWSER)).text();
  const id = /\/posts\/([a-z2-7]{26})/.exec(page)?.[1];
  assert.ok(id !== undefined && json.items.length === 1);
  const post = await test.get(`${path}/posts/${id}`, BROWSER);
  assert.equal(post.status, 200);
  assert.match(await post.text(), /First post/);
  for (const wrong of ["x", "a".repeat(26), "../../etc/passwd"]) {
    const answer = await test.get(`${path}/posts/${encodeURIComponent(wrong)}`, BROWSER);
    assert.equal(answer.status, 404, wrong);
    await answer.body?.cancel();
  }
});

Deno.test("a withdrawn feed is gone, and its pointer still proves that", async () => {
  await using test = await openTestGateway();
  const path = await publish(test, makeSigner(), { cid: WITHDRAWN_CID });
  for (const format of ["", "/feed.xml", "/atom.xml"]) {
    const answer = await test.get(path + format);
    assert.equal(answer.status, 410);
    assert.equal(answer.headers.get("Content-Type"), "application/problem+json");
    await answer.body?.cancel();
  }
  const proof = await test.get(`${path}/pointer.json`);
  assert.equal(proof.status, 200);
  assert.equal((await proof.json()).cid, WITHDRAWN_CID);
});

Deno.test("the proof says which sources hold the pointer and which road delivered", async () => {
  await using test = await openTestGateway();
  const path = await publish(test, makeSigner(), FEED);
  await (await test.get(`${path}/feed.xml`)).body?.cancel();
  const answer = await test.get(`${path}/pointer.json?proof`);
  const proof = await answer.json();
  assert.equal(answer.headers.get("Cache-Control"), "no-store");
  assert.equal(proof.identity, path.slice(1));
  assert.match(proof.signedText, /^OurSpace pointer v1\n/);
  assert.ok(proof.roads.some(({ outcome }: { outcome: string }) => outcome === "delivered"));
});

Deno.test("content that is no feed is 502 and says what it is", async () => {
  await using test = await openTestGateway();
  const html = "<!doctype html><html><head><title>x</title></head><body>hi</body></html>";
  for (const content of [html, "just words", "\u0000\u0001\u0002", "<rss><channel>"]) {
    const path = await publish(test, makeSigner(), content);
    const answer = await test.get(path);
    assert.equal(answer.status, 502, content);
    const { type, detail } = await answer.json();
    assert.equal(type, "urn:ourspace:problem:content-wrong");
    assert.notEqual(detail, "");
  }
});

Deno.test("a block that nobody has is 504 and names the roads", async () => {
  await using test = await openTestGateway();
  const cid = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
  const path = await publish(test, makeSigner(), { cid });
  const answer = await test.get(path);
  assert.equal(answer.status, 504);
  assert.notEqual(answer.headers.get("Retry-After"), null);
  assert.ok(Array.isArray((await answer.json()).roads));
});

Deno.test("the last copy is shown, marked, when the newest content cannot be had", async () => {
  await using test = await openTestGateway();
  const signer = makeSigner();
  const path = await publish(test, signer, FEED, "2026-01-05T10:00:00.000Z");
  const fresh = await test.get(path, BROWSER);
  await fresh.body?.cancel();
  const cid = "bafkreigh2akiscaildcqabsyg3dfr6chu3fgpregiymsck7e7aqa4s52zy";
  await publish(test, signer, { cid }, "2026-01-05T10:00:01.000Z");
  const stale = await test.get(path, BROWSER);
  assert.equal(stale.status, 200);
  assert.notEqual(stale.headers.get("ETag"), fresh.headers.get("ETag"));
  assert.match(await stale.text(), /may not be the newest/);
  for (const form of ["feed.xml", "atom.xml", "feed.json"]) {
    const feed = await test.get(`${path}/${form}`);
    assert.match(feed.headers.get("Cache-Status") ?? "", /stale/, form);
    assert.equal(feed.headers.get("Cache-Control"), "public, max-age=1", form);
    await feed.body?.cancel();
  }
});

Deno.test("a domain that cannot be looked up again is shown, marked", async () => {
  const signer = makeSigner();
  const record = txt("_ourspace.alice.example", `address=${signer.identity.address}`);
  let down = false;
  await using dns = await startDnsServer({
    udp: (query, way) =>
      way.send(replyTo(query, down ? { flags: SERVFAIL } : { answers: [record] })),
  });
  let now = Date.now();
  const environment = { DNS: `127.0.0.1:${dns.port}` };
  await using test = await openTestGateway({ environment, clock: () => now });
  await publish(test, signer, FEED);
  const visit = async (path: string) => {
    const answer = await test.get(path, BROWSER);
    assert.equal(answer.status, 200);
    return { headers: answer.headers, text: await answer.text() };
  };
  const fresh = await visit("/alice.example");
  assert.equal(fresh.headers.get("Cache-Status"), null);
  assert.doesNotMatch(fresh.text, /may not be the newest/);

  down = true;
  now += 120_000;
  assert.match((await visit("/alice.example")).text, /may not be the newest/);
  for (const path of ["/alice.example/feed.xml?raw", "/alice.example/pointer.json"]) {
    assert.match((await visit(path)).headers.get("Cache-Status") ?? "", /stale/, path);
  }
});

Deno.test("nobody is invited to send money to the welcome feed, whose key was thrown away", async () => {
  await using test = await openTestGateway();
  const call = { signal: AbortSignal.timeout(10_000) };
  const { verifier } = test.gateway.parts;
  const welcome = await installWelcome({ node: test.node, verifier }, call);
  assert.ok(welcome !== null);
  const other = await publish(test, makeSigner(), FEED);
  const page = async (path: string) => await (await test.get(path, BROWSER)).text();
  assert.doesNotMatch(await page(welcome), /ethereum:|Send money|qr\.svg/);
  assert.match(await page(other), /href="ethereum:0x[0-9a-fA-F]{40}"/);
});
