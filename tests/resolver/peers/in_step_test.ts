import assert from "node:assert/strict";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { reservePort, startPeerServer, untilHeld } from "../../support/peer_server.ts";
import { startRawServer } from "../../support/raw_server.ts";

const alice = makeSigner();
const older = await verifiedPointer(alice, { timestamp: "2026-01-01T00:00:00.000Z" });
const newer = await verifiedPointer(alice, { timestamp: "2026-02-01T00:00:00.000Z" });
const bobs = await verifiedPointer(makeSigner());
const carols = await verifiedPointer(makeSigner());

/** A client's connections close a tick after the last await. */
function test(name: string, fn: () => Promise<void>): void {
  Deno.test({ name, fn, sanitizeResources: false, sanitizeOps: false });
}

test("what a node stores is soon held along a chain of followers, with what it replaces", async () => {
  await using first = await startPeerServer();
  await using second = await startPeerServer({ peers: [first.url] });
  await using third = await startPeerServer({ peers: [second.url] });
  assert.equal((await first.put(older)).status, 204);
  await untilHeld(third, older);
  assert.equal((await first.put(newer)).status, 204);
  await untilHeld(third, newer);
  await untilHeld(second, newer);
});

test("nodes that are each other's peers agree, and then are silent", async () => {
  const [left, right] = [reservePort(), reservePort()];
  await using one = await startPeerServer({ port: left, peers: [right.url] });
  await using two = await startPeerServer({ port: right, peers: [left.url] });
  one.node.pointers.put(older, { kind: "operator" });
  two.node.pointers.put(newer, { kind: "operator" });
  one.node.pointers.put(bobs, { kind: "operator" });
  two.node.pointers.put(carols, { kind: "operator" });
  for (const node of [one, two]) {
    for (const pointer of [newer, bobs, carols]) await untilHeld(node, pointer);
  }
  // What is on its way has arrived when a further pointer has made the round.
  const last = await verifiedPointer(makeSigner());
  assert.equal((await one.put(last)).status, 204);
  await untilHeld(two, last);
  const questions = () =>
    [one, two].flatMap(({ asked }) => asked).filter((path) => path.startsWith("/v1/pointers"));
  assert.ok(questions().length < 24, questions().join("\n"));
  assert.deepEqual([one.reports, two.reports], [[], []]);
});

test("a greater pointer is handed back to a peer that has a lesser one and follows nobody", async () => {
  await using behind = await startPeerServer();
  behind.node.pointers.put(older, { kind: "operator" });
  await using ahead = await startPeerServer({ peers: [behind.url] });
  ahead.node.pointers.put(newer, { kind: "operator" });
  await untilHeld(behind, newer);
});

test("what a node is handed is soon held by a peer that does not follow it", async () => {
  await using listener = await startPeerServer();
  await using publisher = await startPeerServer({ peers: [listener.url] });
  assert.equal((await publisher.put(newer)).status, 204);
  await untilHeld(listener, newer);
});

test("a slow clock takes a pointer as soon as it is valid there, and blames nobody", async () => {
  let behind = 10 * 60_000;
  const now = await verifiedPointer(alice, { timestamp: new Date().toISOString() });
  await using right = await startPeerServer();
  await using slow = await startPeerServer({
    peers: [right.url],
    clock: () => Date.now() - behind,
  });
  assert.equal((await right.put(now)).status, 204);
  assert.equal((await right.put(bobs)).status, 204);
  await untilHeld(slow, bobs);
  assert.equal(slow.node.pointers.get(alice.identity), null);
  assert.equal(slow.peers.status().waiting, 1);
  assert.equal(slow.peers.status().followed[0]?.state, "in-step");
  // As if so much time had passed. The waiting room looks at its clock every 15 s.
  behind = 0;
  slow.gateway.gateway.parts.peerRecords.waitingRoom.note(
    carols.identity,
    new Date(Date.now() + 6 * 60_000).toISOString(),
    "another",
  );
  await untilHeld(slow, now);
});

test("a peer that drips its answer holds up neither the others nor the visitors", async () => {
  const dripping = startRawServer(async ({ send }) => {
    await send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{");
    await new Promise(() => {});
  });
  await using healthy = await startPeerServer();
  await using follower = await startPeerServer({
    peers: [`http://127.0.0.1:${dripping.port}`, healthy.url],
  });
  assert.equal((await healthy.put(bobs)).status, 204);
  await untilHeld(follower, bobs);
  const health = await fetch(`${follower.url}/health`);
  assert.equal(health.status, 200);
  await health.body?.cancel();
  await dripping.stop();
});
