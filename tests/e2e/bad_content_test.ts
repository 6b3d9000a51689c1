import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { CID } from "multiformats/cid";
import { dangersIn } from "../support/dangers.ts";
import { publishFeed, publishPointer } from "../support/feed_offers.ts";
import { startHosts } from "../support/hosts.ts";
import { redirectTo, respond } from "../support/http_answers.ts";
import { makeSigner } from "../support/pointers.ts";
import { rssFeed } from "../support/publish.ts";
import { type RawConnection, startRawServer } from "../support/raw_server.ts";
import { startService } from "../support/services.ts";
import { openTestGateway, type TestGateway } from "../support/test_gateway.ts";

const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html,*/*;q=0.8" };

/** A file's one block: its CID, and the bytes. */
async function blockOf(test: TestGateway, document: string) {
  const cid = await test.add({ "feed.xml": document });
  const bytes = await test.node.blocks.get(CID.parse(cid));
  assert.ok(bytes !== null);
  return { cid, bytes };
}

Deno.test("what is no feed is told in words, and what is published next is shown", async () => {
  await using test = await openTestGateway();
  const secret = await Deno.makeTempFile();
  await Deno.writeTextFile(secret, "a secret of this machine");
  const bomb = `<!ENTITY a "ha"><!ENTITY b "&a;&a;"><!ENTITY c "&b;&b;&b;">`;
  const inDocument = (type: string, title: string) =>
    `<?xml version="1.0"?><!DOCTYPE rss [${type}]>${rssFeed([title]).replace(/^<\?.*\?>/, "")}`;
  const documents: Readonly<Record<string, string | Uint8Array<ArrayBuffer>>> = {
    "nothing at all": " ",
    "a web page": "<!doctype html><title>x</title><p>hi",
    "a picture": new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13]),
    "cut off": rssFeed(["A"]).slice(0, -20),
    "other JSON": '{"__proto__":{"version":"https://jsonfeed.org/version/1.1"}}',
    "an external entity": inDocument(`<!ENTITY x SYSTEM "file://${secret}">`, "&x;"),
    "an entity bomb": inDocument(bomb, "&c;"),
    "50,000 nested elements": "<rss><channel>" + "<a>".repeat(50_000),
    "30 MB": rssFeed(["x".repeat(30_000_000)]),
  };
  const signer = makeSigner();
  let minute = 0;
  const next = () => new Date(Date.UTC(2026, 0, 1, 0, minute++)).toISOString();
  for (const [what, document] of Object.entries(documents)) {
    const path = await publishFeed(test, signer, document, next());
    const answer = await test.get(path);
    const body = await answer.text();
    assert.equal(answer.status, 502, `${what}: ${body}`);
    assert.equal(JSON.parse(body).type, "urn:ourspace:problem:content-wrong", what);
    assert.doesNotMatch(body, /a secret of this machine|hahaha/);
  }
  const path = await publishFeed(test, signer, rssFeed(["Right"]), next());
  assert.match(await (await test.get(path)).text(), /Right/);
  assert.deepEqual(test.problems, []);
  await Deno.remove(secret);
});

Deno.test("script in a post, a title, a name or a link runs in no form of the feed", async () => {
  await using test = await openTestGateway();
  const attack = `<script>alert(1)</script><img src=x onerror=alert(2)><svg onload=alert(3)>` +
    `<a href="javascript:alert(4)">x</a><iframe src="data:text/html,<script>alert(5)</script>">` +
    `</iframe><p style="background:url(//evil.example)">]]><math><mi//xlink:href="data:x,y">`;
  const escaped = attack.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
  const path = await publishFeed(
    test,
    makeSigner(),
    `<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>
    <title>${escaped}</title><link>javascript:alert(6)</link><description>${escaped}</description>
    <image><url>javascript:alert(7)</url><title>${escaped}</title></image>
    <item><title>${escaped}</title><link>javascript:alert(8)</link><guid>a</guid>
    <dc:creator>${escaped}</dc:creator><category>${escaped}</category>
    <enclosure url="javascript:alert(9)" type="${escaped}" length="1"/>
    <description>${escaped}</description></item></channel></rss>`,
  );
  const page = await (await test.get(path, BROWSER)).text();
  const post = /\/posts\/[a-z2-7]{26}/.exec(page)?.[0];
  assert.ok(post !== undefined, page);
  for (const html of [page, await (await test.get(path + post, BROWSER)).text()]) {
    assert.deepEqual(dangersIn(html, "html"), []);
  }
  for (const form of ["/feed.xml", "/page.xml", "/atom.xml"]) {
    const answer = await test.get(path + form);
    assert.equal(answer.status, 200, form);
    assert.deepEqual(dangersIn(await answer.text(), "xml"), [], form);
  }
  const json = await (await test.get(`${path}/feed.json`)).text();
  const { items: [item] } = JSON.parse(json);
  assert.deepEqual(dangersIn(item.content_html, "html"), []);
  assert.doesNotMatch(json, /"(?:url|icon|image|home_page_url)":"javascript:/);
});

Deno.test("a flipped byte at one gateway is made good by another; at all of them it is 502", async () => {
  await using origin = await openTestGateway();
  const { cid, bytes } = await blockOf(origin, rssFeed(["Right"]));
  const wrong = bytes.map((byte, index) => index === 100 ? byte ^ 1 : byte);
  await using liar = startService(() => new Response(wrong));
  await using honest = startService(() => new Response(bytes));
  const signer = makeSigner();
  for (const [gateways, status] of [[[liar, honest], 200], [[liar], 502]] as const) {
    const urls = gateways.map(({ url }) => url).join();
    await using test = await openTestGateway({ environment: { TRUSTLESS_GATEWAYS: urls } });
    const path = await publishPointer(test, signer, { cid });
    const answer = await test.get(path);
    const body = await answer.text();
    assert.equal(answer.status, status, body);
    assert.equal(/Right/.test(body), status === 200);
  }
});

Deno.test("roads that are silent, drip, lie or never end keep nobody from the content", async () => {
  await using origin = await openTestGateway();
  const { cid, bytes } = await blockOf(origin, rssFeed(["Right"]));
  await using honest = startService(() => new Response(bytes));
  const head = "HTTP/1.1 200 OK\r\nContent-Type: application/xml\r\n";
  const bomb = gzipSync(new Uint8Array(64 * 1024 * 1024));
  const scripts: readonly ((connection: RawConnection) => Promise<unknown>)[] = [
    () => new Promise(() => {}),
    async ({ send }) => {
      await send(`${head}Content-Length: 9000\r\n\r\n`);
      while (await send("x")) await new Promise((resolve) => setTimeout(resolve, 50));
    },
    async ({ send }) => {
      await send(`${head}\r\n`);
      while (await send("x".repeat(65_536)));
    },
    ({ send }) => send(`${head}Content-Length: 999999\r\n\r\nshort`),
    async ({ send }) => {
      await send(`${head}Content-Encoding: gzip\r\nContent-Length: ${bomb.length}\r\n\r\n`);
      await send(bomb);
    },
  ];
  const servers = scripts.map((script) => startRawServer(script));
  try {
    const urls = [...servers.map(({ port }) => `http://127.0.0.1:${port}`), honest.url];
    const environment = { TRUSTLESS_GATEWAYS: urls.join() };
    await using test = await openTestGateway({ environment });
    const path = await publishPointer(test, makeSigner(), { cid });
    const answer = await test.get(path);
    assert.equal(answer.status, 200, await answer.text());
  } finally {
    for (const server of servers) await server.stop();
  }
});

Deno.test("a location, a redirect or a DNS answer that leads to a private address is not followed", async () => {
  const feed = rssFeed(["Inside"]);
  const inside = startRawServer(({ send }) => send(respond(feed)), "127.0.0.2");
  const outside = startRawServer(({ head, send }) => {
    const [, target = ""] = /^GET \/to\/(\S+)/.exec(head) ?? [];
    return send(target === "" ? respond(feed) : redirectTo(decodeURIComponent(target)));
  });
  await using dns = await startHosts({
    "outside.example": "127.0.0.1",
    "inside.example": "127.0.0.2",
    "metadata.example": "169.254.169.254",
  });
  try {
    const host = (name: string) => `http://${name}.example:${inside.port}/feed.xml`;
    const via = (target: string) =>
      `http://outside.example:${outside.port}/to/${encodeURIComponent(target)}`;
    const bad = [
      host("inside"),
      host("metadata"),
      via(`http://127.0.0.2:${inside.port}/`),
      via(`http://[::ffff:127.0.0.2]:${inside.port}/`),
      via(`http://2130706434:${inside.port}/`),
      via(`http://localhost:${inside.port}/`),
      via(host("inside")),
      via("file:///etc/hostname"),
    ];
    // The test's own public Internet is 127.0.0.1.
    const environment = { DNS: `127.0.0.1:${dns.port}`, ALLOW_PRIVATE: "127.0.0.1/32" };
    await using elsewhere = await openTestGateway();
    const cid = await elsewhere.add({ "feed.xml": feed });
    for (const location of bad) {
      await using test = await openTestGateway({ environment });
      const path = await publishPointer(test, makeSigner(), { cid, locations: [location] });
      const answer = await test.get(path);
      const { roads } = await answer.json();
      assert.equal(answer.status, 504, location);
      assert.match(JSON.stringify(roads), /is not allowed|could not be resolved/, location);
    }
    assert.equal(inside.connections, 0);
    await using test = await openTestGateway({ environment });
    const good = [`http://outside.example:${outside.port}/feed.xml`];
    const path = await publishPointer(test, makeSigner(), { cid, locations: good });
    assert.equal((await test.get(path)).status, 200);
  } finally {
    await inside.stop();
    await outside.stop();
  }
});
