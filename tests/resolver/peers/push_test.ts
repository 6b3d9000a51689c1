import assert from "node:assert/strict";
import { createPeerClient } from "../../../resolver/peers/client.ts";
import { push } from "../../../resolver/peers/push.ts";
import { createVerifier } from "../../../resolver/verify.ts";
import { appOutbound } from "../../support/app_outbound.ts";
import { createTestClock } from "../../support/clock.ts";
import { SENDER, temporaryNode } from "../../support/nodes.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";

const BASE = "https://peer.example";
const SECOND = 1_000;
const alice = makeSigner();
const older = await verifiedPointer(alice, { timestamp: "2026-01-01T00:00:00.000Z" });
const newer = await verifiedPointer(alice, { timestamp: "2026-02-01T00:00:00.000Z" });
const bobs = await verifiedPointer(makeSigner());

/** A node that hands on to one peer, which answers as it is told. */
async function pushing(answer: (body: string) => Response) {
  const temporary = await temporaryNode();
  const { node } = temporary;
  const clock = createTestClock();
  const closing = new AbortController();
  const offered: string[] = [];
  const outbound = appOutbound({
    async [BASE](request) {
      const body = await request.text();
      offered.push(body);
      return answer(body);
    },
  });
  const client = createPeerClient({ base: BASE, name: "peer", trust: "operator", outbound });
  const ended = push({ base: BASE, client }, {
    node,
    verifier: createVerifier({ clock: clock.now }),
    alarm: clock.alarm,
    random: () => 1,
    signal: closing.signal,
  });
  return {
    node,
    clock,
    offered,
    async [Symbol.asyncDispose]() {
      closing.abort();
      await ended;
      assert.equal(clock.pending(), 0);
      await temporary[Symbol.asyncDispose]();
    },
  };
}

function textOf({ bytes }: { readonly bytes: Uint8Array }): string {
  return new TextDecoder().decode(bytes);
}

const taken = () => new Response(null, { status: 204 });

Deno.test("what is published or handed over here is offered; what peers gave is not", async () => {
  await using peer = await pushing(taken);
  peer.node.pointers.put(older, { kind: "operator" });
  await peer.clock.advance(0);
  assert.deepEqual(peer.offered, [textOf(older)]);
  peer.node.pointers.put(bobs, { kind: "peer", key: "https://other.example" });
  peer.node.pointers.put(newer, SENDER);
  await peer.clock.advance(SECOND);
  assert.deepEqual(peer.offered, [textOf(older), textOf(newer)]);
});

Deno.test("of several for one wallet the last is offered, and none twice", async () => {
  await using peer = await pushing(taken);
  peer.node.pointers.put(bobs, SENDER);
  peer.node.pointers.put(older, SENDER);
  peer.node.pointers.put(newer, SENDER);
  peer.node.pointers.put(newer, SENDER);
  await peer.clock.advance(SECOND);
  assert.deepEqual(peer.offered, [textOf(bobs), textOf(newer)]);
});

Deno.test("a peer that fails is tried again, less and less often, and gets the newest", async () => {
  let isDown = true;
  await using peer = await pushing(() => isDown ? new Response(null, { status: 503 }) : taken());
  peer.node.pointers.put(older, SENDER);
  await peer.clock.advance(60 * SECOND);
  assert.ok(peer.offered.length >= 5 && peer.offered.length <= 7, `${peer.offered.length} offers`);
  peer.node.pointers.put(newer, SENDER);
  isDown = false;
  await peer.clock.advance(120 * SECOND);
  assert.equal(peer.offered.at(-1), textOf(newer));
});

Deno.test("a pointer that the peer does not want holds up no other", async () => {
  await using peer = await pushing((body) =>
    body === textOf(older) ? new Response(null, { status: 429 }) : taken()
  );
  peer.node.pointers.put(older, SENDER);
  peer.node.pointers.put(bobs, SENDER);
  await peer.clock.advance(3 * SECOND);
  assert.ok(peer.offered.includes(textOf(bobs)));
});

Deno.test("a greater one that the peer holds is taken", async () => {
  await using peer = await pushing(() => new Response(newer.bytes.slice(), { status: 409 }));
  peer.node.pointers.put(older, SENDER);
  await peer.clock.advance(SECOND);
  assert.deepEqual(peer.node.pointers.get(alice.identity), newer.bytes);
  assert.equal(peer.offered.length, 1);
});

Deno.test("a flood of new wallets does not fill the memory, and what is published here passes", async () => {
  await using peer = await pushing(() => new Response(null, { status: 503 }));
  const strangers = await Promise.all(
    Array.from({ length: 300 }, () => verifiedPointer(makeSigner())),
  );
  for (const pointer of strangers) peer.node.pointers.put(pointer, SENDER);
  peer.node.pointers.put(newer, { kind: "operator" });
  for (let round = 0; round < 300; round++) await peer.clock.advance(300 * SECOND);
  assert.equal(new Set(peer.offered).size, 257);
  assert.ok(peer.offered.filter((body) => body === textOf(newer)).length > 0);
});
