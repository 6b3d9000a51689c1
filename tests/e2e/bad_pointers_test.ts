import assert from "node:assert/strict";
import { setSignEntropy } from "viem/accounts";
import { assembleGateway } from "../../gateway/assemble.ts";
import { readConfig } from "../../gateway/config/config.ts";
import { createVerifier } from "../../resolver/verify.ts";
import { identityText } from "../../schemas/identity.ts";
import { WITHDRAWN_CID } from "../../schemas/pointer.ts";
import { digest } from "../support/digest.ts";
import { eventually } from "../support/eventually.ts";
import { listen, offer, publishFeed, publishPointer } from "../support/feed_offers.ts";
import { HELLO_CID, makeSigner, signPointer } from "../support/pointers.ts";
import { rssFeed } from "../support/publish.ts";
import { startRawServer } from "../support/raw_server.ts";
import { startService } from "../support/services.ts";
import { openTestGateway } from "../support/test_gateway.ts";

const NOW = Date.parse("2026-06-01T00:00:00.000Z");
const MINUTE = 60_000;
const at = (milliseconds: number) => new Date(NOW + milliseconds).toISOString();
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

Deno.test("no bad record changes what visitors get", async () => {
  await using test = await openTestGateway({ clock: () => NOW });
  const [signer, stranger] = [makeSigner(), makeSigner()];
  const address = identityText(signer.identity);
  const path = await publishFeed(test, signer, rssFeed(["Good"]), at(-MINUTE));
  const before = await digest(await (await test.get(`${path}/feed.xml`)).bytes());
  const held = await (await test.get(`${path}/pointer.json`)).text();

  const newer = text(await signPointer(signer, { timestamp: at(0) }));
  const strangers = text(await signPointer(stranger, { timestamp: at(0) }));
  const contract = await signPointer(
    { ...signer, identity: { kind: "contract", chainId: 1, address: signer.identity.address } },
    { timestamp: at(0) },
  );
  const bad: readonly (readonly [string, string | Uint8Array<ArrayBuffer>, number])[] = [
    ["forged", strangers.replace(identityText(stranger.identity), address), 403],
    ["another account's", strangers, 400],
    ["a contract account's", contract, 400],
    ["older", await signPointer(signer, { timestamp: at(-2 * MINUTE) }), 409],
    ["ahead of the clock", await signPointer(signer, { timestamp: at(6 * MINUTE) }), 403],
    ["changed", newer.replace(HELLO_CID, WITHDRAWN_CID), 403],
    ["too large", newer.padEnd(8_193), 413],
    ["padded", ` ${newer}`, 400],
    ["re-cased", newer.replace(address, address.toLowerCase()), 400],
    ["with a key of another kind", newer.replace("{", '{"__proto__":{},'), 400],
    ["deeply nested", "[".repeat(8_000), 400],
    ["empty", "", 400],
    ["no UTF-8", new Uint8Array([0xff, 0xfe, 0x00]), 400],
  ];
  for (const [what, body, status] of bad) {
    const answer = await offer(test, signer, body);
    assert.equal(answer.status, status, what);
    await answer.body?.cancel();
  }
  assert.equal(await (await test.get(`${path}/pointer.json`)).text(), held);
  assert.equal(await digest(await (await test.get(`${path}/feed.xml`)).bytes()), before);
  assert.deepEqual(test.problems, []);
});

Deno.test("the same text with another signature is welcome, and what is shown stays", async () => {
  await using test = await openTestGateway();
  const signer = makeSigner();
  const cid = await test.add({ "feed.xml": rssFeed(["Good"]) });
  const path = await publishPointer(test, signer, { cid });
  const held = await (await test.get(`${path}/pointer.json`)).text();
  // From here on no two signatures are the same.
  setSignEntropy(true);
  const again = await signPointer(signer, { cid });
  assert.notEqual(text(again), held);
  assert.equal((await offer(test, signer, again)).status, 204);
  assert.equal(await (await test.get(`${path}/pointer.json`)).text(), held);
});

Deno.test("what is not valid yet is not held against its sender, and passes in its time", async () => {
  let now = NOW;
  await using test = await openTestGateway({ clock: () => now });
  const signer = makeSigner();
  const early = await signPointer(signer, { timestamp: at(10 * MINUTE) });
  for (let count = 0; count < 50; count++) {
    const answer = await offer(test, signer, early);
    assert.equal(answer.status, 403);
    assert.equal((await answer.json()).type, "urn:ourspace:problem:not-valid-yet");
  }
  await publishPointer(test, signer, { timestamp: at(0) });
  now += 5 * MINUTE;
  assert.equal((await offer(test, signer, early)).status, 204);
});

Deno.test("200 offers a minute pass among as many bad ones of the same client", async () => {
  await using test = await openTestGateway();
  const client = "198.51.100.7";
  for (let count = 0; count < 200; count++) {
    const signer = makeSigner();
    const good = await signPointer(signer);
    const bad = await offer(test, signer, text(good).replace("0x", "0X"), client);
    assert.equal(bad.status, 400);
    await bad.body?.cancel();
    assert.equal((await offer(test, signer, good, client)).status, 204);
  }
});

Deno.test("a withdrawn feed is gone, stays gone for older pointers, and can come back", async () => {
  await using test = await openTestGateway();
  const signer = makeSigner();
  const path = await publishFeed(test, signer, rssFeed(["Before"]), at(-3));
  assert.equal((await test.get(path)).status, 200);
  await publishPointer(test, signer, { cid: WITHDRAWN_CID, timestamp: at(-1) });
  assert.equal((await test.get(path)).status, 410);
  const older = await signPointer(signer, { timestamp: at(-2) });
  assert.equal((await offer(test, signer, older)).status, 409);
  await publishFeed(test, signer, rssFeed(["After"]), at(0));
  assert.match(await (await test.get(path)).text(), /After/);
});

Deno.test("peers that lie, drip, never end or never answer keep nobody from the truth", async () => {
  await using origin = await openTestGateway();
  const signer = makeSigner();
  const path = await publishFeed(origin, signer, rssFeed(["True"]), at(0));
  const forged = text(await signPointer(makeSigner(), { timestamp: at(1) }));
  const older = await signPointer(signer, { timestamp: at(-1) });
  await using good = listen(origin);
  await using forger = startService(() => new Response(forged));
  await using laggard = startService(() => new Response(older));
  await using broken = startService(() => new Response("broken", { status: 500 }));
  const head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n";
  const silent = startRawServer(() => new Promise(() => {}));
  const endless = startRawServer(async ({ send }) => {
    await send(`${head}\r\n`);
    while (await send("x".repeat(65_536)));
  });
  const dripping = startRawServer(async ({ send }) => {
    await send(`${head}Content-Length: 8000\r\n\r\n`);
    while (await send("x")) await new Promise((resolve) => setTimeout(resolve, 50));
  });
  const raw = [silent, endless, dripping];
  try {
    const peers = [
      ...raw.map(({ port }) => `http://127.0.0.1:${port}`),
      ...[forger, laggard, broken, good].map(({ url }) => url),
    ];
    await using test = await openTestGateway({ environment: { PEERS: peers.join() } });
    const answer = await test.get(`${path}/feed.xml`);
    const body = await answer.text();
    assert.equal(answer.status, 200, body);
    assert.match(body, /True/);
    assert.deepEqual(test.problems, []);
  } finally {
    for (const server of raw) await server.stop();
  }
});

Deno.test("a peer that has nothing but bad records proves nothing: nothing is found so far", async () => {
  const signer = makeSigner();
  const forged = text(await signPointer(makeSigner()));
  await using forger = startService(() => new Response(forged));
  await using test = await openTestGateway({ environment: { PEERS: forger.url } });
  const answer = await test.get(`/${identityText(signer.identity)}`);
  assert.equal(answer.status, 404);
  assert.equal(answer.headers.get("Cache-Control"), "no-store");
  assert.equal((await answer.json()).type, "urn:ourspace:problem:not-found-incomplete");
});

Deno.test("a contract account cannot be verified here: 501, wherever its pointer comes from", async () => {
  const wallet = makeSigner();
  const { address } = wallet.identity;
  const contract = { ...wallet, identity: { kind: "contract", chainId: 10, address } as const };
  const record = await signPointer(contract);
  await using peer = startService(() => new Response(record));
  await using test = await openTestGateway({ environment: { PEERS: peer.url } });
  assert.equal((await offer(test, contract, record)).status, 501);
  assert.equal((await test.get(`/eip155:10:${address}`)).status, 501);
});

Deno.test("when all sources fail, the last copy is shown and says that it may be old", async () => {
  await using origin = await openTestGateway();
  const signer = makeSigner();
  const path = await publishFeed(origin, signer, rssFeed(["Kept"]), at(0));
  let down = false;
  await using peer = startService((request) =>
    down
      ? new Response("down", { status: 500 })
      : origin.gateway.fetch(request, { remoteAddress: "127.0.0.1" })
  );
  const stopping = new AbortController();
  let now = Date.now();
  const gateway = await assembleGateway({
    settings: readConfig({ TRUSTLESS_GATEWAYS: "", DNS: "127.0.0.1:9", PEERS: peer.url }),
    node: null,
    network: null,
    verifier: createVerifier({ clock: () => now }),
    publicOrigin: new URL("https://gateway.example"),
    welcomePath: null,
    clock: () => now,
    ready: () => true,
    signal: stopping.signal,
    report: (problem) => assert.fail(String(problem)),
  });
  const visit = async () => {
    const headers = { Accept: "text/html" };
    const request = new Request(`https://gateway.example${path}`, { headers });
    const answer = await gateway.fetch(request, { remoteAddress: "127.0.0.1" });
    assert.equal(answer.status, 200);
    return await answer.text();
  };
  try {
    assert.doesNotMatch(await visit(), /may not be the newest/);
    down = true;
    let page = "";
    // Answers from memory come without a turn of the event loop, in which the peer could fail.
    await eventually("the copy is marked", async () => {
      now += 10_000;
      page = await visit();
      return /may not be the newest/.test(page);
    }, { pause: 1 });
    assert.match(page, /Kept/);
  } finally {
    stopping.abort();
  }
});
