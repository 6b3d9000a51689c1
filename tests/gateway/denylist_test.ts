import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import { identityKey, identityText } from "../../schemas/identity.ts";
import { replyTo, txt } from "../support/dns_packets.ts";
import { startDnsServer } from "../support/dns_server.ts";
import { offer, publishFeed, publishPointer } from "../support/feed_offers.ts";
import { makeSigner, type Signer, signPointer } from "../support/pointers.ts";
import { rssFeed } from "../support/publish.ts";
import { openRuledGateway } from "../support/ruled_gateway.ts";
import type { TestGateway } from "../support/test_gateway.ts";

const BROWSER = { "Sec-Fetch-Dest": "document", Accept: "text/html,*/*;q=0.8" };
const FORMATS = [
  "",
  "/feed.xml",
  "/atom.xml",
  "/feed.json",
  "/page.xml",
  "/pointer.json",
  "/qr.svg",
];

/** The status, after a look at what must stand in every refusal. */
async function statusOf(test: TestGateway, path: string, headers = {}, method = "GET") {
  const answer = await test.get(path, headers, method);
  const text = await answer.text();
  if (answer.status === 451) {
    assert.equal(answer.headers.get("Cache-Control"), "no-store", path);
    if (method !== "HEAD") assert.match(text, /The operator of this gateway does not serve/, path);
  }
  return answer.status;
}

/** Refused by every form of the feed at this path, for people and programs, with and without a body. */
async function assertStatus(test: TestGateway, path: string, status: number, headers = {}) {
  for (const form of FORMATS) {
    for (const kind of [{}, BROWSER]) {
      for (const method of ["GET", "HEAD"]) {
        const asked = { ...headers, ...kind };
        assert.equal(
          await statusOf(test, path + form, asked, method),
          status,
          `${method} ${path}${form}`,
        );
      }
    }
  }
}

function deny(signer: Signer): string {
  return `/ourspace/${identityText(signer.identity)}`;
}

Deno.test("a wallet that comes to be denied is refused at the very next request, and served again", async () => {
  await using ruled = await openRuledGateway("DENYLIST");
  const { test } = ruled;
  const signer = makeSigner();
  const path = await publishFeed(test, signer, rssFeed(["One"]));
  await assertStatus(test, path, 200);
  const page = await test.get(path, BROWSER);
  const post = /\/posts\/[a-z2-7]{26}/.exec(await page.text())?.[0] ?? "";
  assert.equal(await statusOf(test, path + post, BROWSER), 200);

  await ruled.list(deny(signer));
  await assertStatus(test, path, 451);
  assert.equal(await statusOf(test, path + post, BROWSER), 451);
  assert.equal(await statusOf(test, `${path}/pointer.json?proof`), 451);

  await ruled.list();
  await assertStatus(test, path, 200);
  assert.deepEqual(test.problems, []);
});

Deno.test("who holds the newest copy is refused, not told to go on showing it", async () => {
  await using ruled = await openRuledGateway("DENYLIST");
  const { test } = ruled;
  const signer = makeSigner();
  const path = await publishFeed(test, signer, rssFeed(["One"]));
  const etag = (await test.get(`${path}/feed.xml`)).headers.get("ETag") ?? "";
  const proof = (await test.get(`${path}/pointer.json`)).headers.get("ETag") ?? "";
  assert.equal(await statusOf(test, `${path}/feed.xml`, { "If-None-Match": etag }), 304);
  await ruled.list(deny(signer));
  assert.equal(await statusOf(test, `${path}/feed.xml`, { "If-None-Match": etag }), 451);
  assert.equal(await statusOf(test, `${path}/pointer.json`, { "If-None-Match": proof }), 451);
});

Deno.test("a denied document is not confirmed to who holds it either, when it was never read here", async () => {
  await using ruled = await openRuledGateway("DENYLIST");
  await using other = await openRuledGateway("DENYLIST");
  const signer = makeSigner();
  const files = { "feed.xml": rssFeed(["One"]), "picture.png": "no picture" };
  const document = await ruled.test.add({ "feed.xml": files["feed.xml"] });
  const etags = await Promise.all([ruled, other].map(async ({ test }) => {
    const cid = await test.add(files);
    const path = await publishPointer(test, signer, { cid });
    if (test === other.test) await other.list(`/ipfs/${document}`);
    return (await test.get(`${path}/feed.xml`)).headers.get("ETag");
  }));
  const [etag] = etags;
  assert.ok(etag);
  const path = `/${identityText(signer.identity)}/feed.xml`;
  assert.equal(await statusOf(ruled.test, path, { "If-None-Match": etag }), 304);
  assert.equal(await statusOf(other.test, path, { "If-None-Match": etag }), 451);
});

Deno.test("a feed is refused by its root, its document, and its document's path", async () => {
  await using ruled = await openRuledGateway("DENYLIST");
  const { test } = ruled;
  const feed = rssFeed(["One"]);
  const document = await test.add({ "feed.xml": feed });
  const cid = await test.add({ "feed.xml": feed, "picture.png": "no picture" });
  const path = await publishPointer(test, makeSigner(), { cid });
  const rules = [`/ipfs/${cid}`, `/ipfs/${cid}/*`, `/ipfs/${document}`, `/ipfs/${cid}/feed.xml`];
  for (const rule of rules) {
    await ruled.list(rule);
    assert.equal(await statusOf(test, `${path}/feed.xml`), 451, rule);
    assert.equal(await statusOf(test, path, BROWSER), 451, rule);
    await ruled.list();
    assert.equal(await statusOf(test, `${path}/feed.xml`), 200, rule);
  }
  assert.deepEqual(test.problems, []);
});

Deno.test("content is refused in every form, at every path, and to who holds it", async () => {
  await using ruled = await openRuledGateway("DENYLIST", { IPFS_OPEN: "on" });
  const { test } = ruled;
  const picture = await test.add({ "picture.png": "no picture" });
  const root = await test.add({ "a/picture.png": "no picture", "b/other.png": "another" });
  const forms = [
    `/ipfs/${picture}`,
    `/ipfs/${picture}/picture.png`,
    `/ipfs/${picture}?format=raw`,
    `/ipfs/${picture}?format=car`,
    `/ipfs/${root}/a/picture.png`,
    `/ipfs/${root}/a/picture.png?format=car`,
  ];
  const etags = await Promise.all(
    forms.map(async (form) => (await test.get(form)).headers.get("ETag") ?? ""),
  );
  await ruled.list(`/ipfs/${CID.parse(picture).toV1()}`);
  for (const [index, form] of forms.entries()) {
    assert.equal(await statusOf(test, form), 451, form);
    assert.equal(await statusOf(test, form, {}, "HEAD"), 451, form);
    assert.equal(await statusOf(test, form, { Range: "bytes=0-1" }), 451, form);
    assert.equal(await statusOf(test, form, { "If-None-Match": etags[index] ?? "" }), 451, form);
  }
  assert.equal(await statusOf(test, `/ipfs/${root}/b/other.png`), 200);

  await ruled.list(`/ipfs/${root}/b*`);
  assert.equal(await statusOf(test, `/ipfs/${root}/b/other.png`), 451);
  assert.equal(await statusOf(test, `/ipfs/${root}/b%2Fother.png`), 451);
  assert.equal(await statusOf(test, `/ipfs/${root}/b/other.png?format=car`), 451);
  assert.equal(await statusOf(test, `/ipfs/${root}/a/picture.png`), 200);
  const all = await (await test.get(`/ipfs/${root}?format=car`)).text();
  assert.match(all, /no picture/);
  assert.doesNotMatch(all, /another/);

  await ruled.list(`/ipfs/${root}`);
  assert.equal(await statusOf(test, `/ipfs/${root}/a/picture.png`), 451);
  await ruled.list(`/ipfs/${root}/*`, `!/ipfs/${root}/a*`);
  assert.equal(await statusOf(test, `/ipfs/${root}/a/picture.png`), 200);
  assert.equal(await statusOf(test, `/ipfs/${root}/b/other.png`), 451);
});

/** Every form in which the file at this CID is asked for. */
function fileForms(cid: string): string[] {
  return [
    `/ipfs/${cid}`,
    `/ipfs/${cid}/picture.png`,
    `/ipfs/${cid}?format=raw`,
    `/ipfs/${cid}?format=car`,
  ];
}

for (const open of ["off", "on"]) {
  Deno.test(`a denied wallet's files are refused, unless somebody else refers to them (IPFS_OPEN=${open})`, async () => {
    await using ruled = await openRuledGateway("DENYLIST", { IPFS_OPEN: open });
    const { test } = ruled;
    const [own, shared] = [await test.add({ a: "own" }), await test.add({ a: "shared" })];
    const feed = (...cids: string[]) =>
      rssFeed(["One"]).replace(
        "About One.",
        cids.map((cid) => `&lt;img src="ipfs://${cid}"&gt;`).join(""),
      );
    const [denied, other] = [makeSigner(), makeSigner()];
    const root = await test.add({ "feed.xml": feed(own, shared), "beside.png": "beside" });
    const path = await publishPointer(test, denied, { cid: root });
    const otherPath = await publishFeed(test, other, feed(shared));
    assert.equal(await statusOf(test, path), 200);
    const etag = (await test.get(`/ipfs/${own}`)).headers.get("ETag") ?? "";

    await ruled.list(deny(denied));
    for (const form of [...fileForms(own), ...fileForms(shared), `/ipfs/${root}/beside.png`]) {
      assert.equal(await statusOf(test, form), 451, form);
      assert.equal(await statusOf(test, form, {}, "HEAD"), 451, form);
      assert.equal(await statusOf(test, form, { "If-None-Match": etag }), 451, form);
      assert.equal(await statusOf(test, form, { Referer: `https://gateway.example${path}` }), 451);
    }
    // A page of somebody who is served shows it, and is read when its visitor's browser says so.
    const shownBy = { Referer: `https://gateway.example${otherPath}` };
    assert.equal(await statusOf(test, `/ipfs/${shared}`, shownBy), 200);
    for (const form of fileForms(shared)) assert.equal(await statusOf(test, form), 200, form);
    assert.equal(await statusOf(test, `/ipfs/${own}`, shownBy), 451);

    await ruled.list(deny(denied), deny(other));
    assert.equal(await statusOf(test, `/ipfs/${shared}`), 451);
    await ruled.list();
    for (const cid of [own, shared]) assert.equal(await statusOf(test, `/ipfs/${cid}`), 200);
  });
}

Deno.test("a feed with a denied picture is shown without it", async () => {
  await using ruled = await openRuledGateway("DENYLIST");
  const { test } = ruled;
  const picture = await test.add({ "picture.png": "no picture" });
  const feed = rssFeed(["One"]).replace(
    "About One.",
    '&lt;img src="picture.png"&gt;&lt;p&gt;Text&lt;/p&gt;',
  );
  const cid = await test.add({ "feed.xml": feed, "picture.png": "no picture" });
  const path = await publishPointer(test, makeSigner(), { cid });
  await ruled.list(`/ipfs/${picture}`);
  const rss = await test.get(`${path}/feed.xml`);
  const text = await rss.text();
  assert.equal(rss.status, 200, text);
  assert.match(text, /Text/);
  assert.ok(!text.includes(picture));
});

Deno.test("nodes are told nothing of a denied wallet, and can hand over nothing", async () => {
  await using ruled = await openRuledGateway("DENYLIST");
  const { test } = ruled;
  const [denied, other] = [makeSigner(), makeSigner()];
  await publishFeed(test, denied, rssFeed(["One"]));
  await publishFeed(test, other, rssFeed(["Two"]));
  await ruled.list(deny(denied));

  const route = `/v1/pointers/${identityText(denied.identity)}`;
  assert.equal(await statusOf(test, route), 451);
  assert.equal(await statusOf(test, route, { "Cache-Control": "only-if-cached" }), 451);
  const newer = await signPointer(denied, { timestamp: "2026-02-02T00:00:00.000Z" });
  const put = await offer(test, denied, newer);
  assert.equal(put.status, 451);
  assert.equal((await put.json()).type, "urn:ourspace:problem:refused-by-operator");

  const changes = await (await test.get("/v1/pointers?since=0")).json();
  assert.deepEqual(
    changes.pointers.map(({ address }: { address: string }) => address),
    [identityText(other.identity)],
  );
  // Nobody is let wait for a page of pointers that are left out.
  const one = await (await test.get("/v1/pointers?since=0&limit=1")).json();
  assert.equal(one.pointers.length, 1);
  const rest = await (await test.get(`/v1/pointers?since=${one.cursor}&limit=1`)).json();
  assert.equal(rest.pointers.length, 0);

  await ruled.list();
  assert.equal(await statusOf(test, route), 200);
});

Deno.test("a domain is refused as typed, as the host, and by the wallet that it leads to", async () => {
  const signer = makeSigner();
  const record = (name: string) =>
    txt(`_ourspace.${name}`, `address=${identityKey(signer.identity)}`);
  const asked: string[] = [];
  await using dns = await startDnsServer({
    udp: (query, way) => {
      const name = new TextDecoder().decode(query).includes("alice")
        ? "alice.example"
        : "bob.example";
      asked.push(name);
      way.send(replyTo(query, { answers: [record(name)] }));
    },
  });
  const environment = { DNS: `127.0.0.1:${dns.port}` };
  await using ruled = await openRuledGateway("DENYLIST", environment, ["/ipns/alice.example"]);
  const { test } = ruled;
  await publishFeed(test, signer, rssFeed(["One"]));

  await assertStatus(test, "/alice.example", 451);
  const atHost = { Host: "alice.example" };
  for (
    const path of [
      "/",
      "/feed.xml",
      "/posts/aaaaaaaaaaaaaaaaaaaaaaaaaa",
      "/ipfs/bafkqaaa",
      "/page.css",
    ]
  ) {
    assert.equal(await statusOf(test, path, atHost), 451, path);
  }
  assert.ok(!asked.includes("alice.example"));

  assert.equal(await statusOf(test, "/bob.example/feed.xml"), 200);
  await ruled.list(deny(signer));
  await assertStatus(test, "/bob.example", 451);
  assert.equal(await statusOf(test, "/", { Host: "bob.example" }), 451);
  assert.equal(await statusOf(test, "/alice.example/feed.xml"), 451);
});

Deno.test("a node neither gives nor takes denied blocks", async () => {
  await using ruled = await openRuledGateway("DENYLIST");
  const { test: { node, add }, list } = ruled;
  const text = await add({ "a.txt": "some text" });
  const cid = CID.parse(text);
  const bytes = await node.blocks.get(cid);
  assert.ok(bytes !== null);
  await list(`/ipfs/${text}`);
  assert.equal(await node.blocks.get(cid), null);
  assert.equal(await node.blocks.has(cid), false);
  await assert.rejects(node.blocks.put(cid, bytes), /does not serve/);
});
