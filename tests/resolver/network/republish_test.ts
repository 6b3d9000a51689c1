import assert from "node:assert/strict";
import type { PeerAnswer } from "../../../resolver/contracts.ts";
import type { NetworkPut, NetworkStatus } from "../../../resolver/network/network.ts";
import { startRepublishing } from "../../../resolver/network/republish.ts";
import type { Node, Sender } from "../../../resolver/node/node.ts";
import { createVerifier } from "../../../resolver/verify.ts";
import { identityKey } from "../../../schemas/identity.ts";
import type { VerifiedPointer } from "../../../schemas/pointer.ts";
import { createTestClock } from "../../support/clock.ts";
import { temporaryNode } from "../../support/nodes.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { QUIET, scriptedNetwork } from "../../support/scripted_network.ts";

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;
const OPERATOR: Sender = { kind: "operator" };
const STRANGER: Sender = { kind: "stranger", key: "somebody" };
const HELD_BY_20: NetworkPut = { confirmed: 20, failed: 0, among: true };
const OTHERS_HOLD_IT: NetworkPut = { confirmed: 20, failed: 0, among: false };

/** A node that republishes into a network that answers as told. */
async function republishing(
  answer: (pointer: VerifiedPointer, signal: AbortSignal) => Promise<NetworkPut>,
  { known = 30, found = [] }: { known?: number; found?: readonly PeerAnswer[] } = {},
) {
  const clock = createTestClock();
  const temporary = await temporaryNode({ clock: clock.now, random: () => 0.5 });
  const stop = new AbortController();
  const puts: { identity: string; at: number }[] = [];
  const reports: unknown[] = [];
  const place = { known };
  const started = clock.now();
  const network = scriptedNetwork({
    async *lookUp() {
      yield* found;
    },
    status: (): NetworkStatus => ({ ...QUIET, routingTable: place.known }),
    put(pointer, { signal }) {
      puts.push({ identity: identityKey(pointer.identity), at: clock.now() - started });
      return answer(pointer, signal);
    },
  });
  const done = startRepublishing({
    node: temporary.node,
    network,
    verifier: createVerifier({ clock: clock.now }),
    clock: clock.now,
    alarm: clock.alarm,
    random: () => 0.5,
    signal: stop.signal,
    report: (problem) => reports.push(problem),
  });
  const node: Node = temporary.node;

  /** Lets time pass; verifying loads a library at its first use, which no clock of ours knows of. */
  async function until(condition: () => boolean): Promise<void> {
    for (let turns = 0; !condition(); turns++) {
      assert.ok(turns < 10_000, "it did not come to that");
      await clock.advance(0);
    }
  }

  return {
    node,
    puts,
    reports,
    place,
    clock,
    until,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await done;
      await temporary[Symbol.asyncDispose]();
    },
  };
}

Deno.test("what the operator publishes is put at once, and again after about twelve hours", async () => {
  await using world = await republishing(() => Promise.resolve(HELD_BY_20));
  world.node.pointers.put(await verifiedPointer(makeSigner()), OPERATOR);
  await world.until(() => world.puts.length === 1);
  assert.equal(world.puts[0]?.at, 0);
  await world.clock.advance(12 * HOUR - 1);
  assert.equal(world.puts.length, 1);
  await world.clock.advance(1);
  await world.until(() => world.puts.length === 2);
});

Deno.test("a pointer that the network was seen to hold has its turn later", async () => {
  await using world = await republishing(() => Promise.resolve(HELD_BY_20));
  const pointer = await verifiedPointer(makeSigner());
  world.node.pointers.put(pointer, STRANGER);
  world.node.pointers.schedule.postpone(
    pointer.identity,
    world.clock.now() + 12 * HOUR,
    world.clock.now(),
  );
  await world.clock.advance(11 * HOUR);
  assert.equal(world.puts.length, 0);
  await world.clock.advance(HOUR);
  await world.until(() => world.puts.length === 1);
});

Deno.test("as long as nobody is known nothing is put, and soon after somebody is", async () => {
  await using world = await republishing(() => Promise.resolve(HELD_BY_20), { known: 0 });
  world.node.pointers.put(await verifiedPointer(makeSigner()), OPERATOR);
  await world.clock.advance(HOUR);
  assert.equal(world.puts.length, 0);
  assert.equal(world.clock.pending(), 1);
  world.place.known = 1;
  await world.clock.advance(5 * SECOND);
  await world.until(() => world.puts.length === 1);
});

Deno.test("failures are tried again, after longer and longer waits", async () => {
  const nobody = { confirmed: 0, failed: 20, among: true };
  await using world = await republishing(() => Promise.resolve(nobody));
  world.node.pointers.put(await verifiedPointer(makeSigner()), OPERATOR);
  await world.until(() => world.puts.length === 1);
  for (const wait of [45, 90, 180, 360]) {
    const before = world.puts.length;
    await world.clock.advance(wait * SECOND - 1);
    assert.equal(world.puts.length, before);
    await world.clock.advance(1);
    await world.until(() => world.puts.length === before + 1);
  }
});

Deno.test("a put that reached a few nodes, of many that are known, is tried again soon", async () => {
  const tries: readonly (readonly [NetworkPut, number])[] = [
    [{ confirmed: 9, failed: 0, among: true }, 2],
    [{ confirmed: 9, failed: 1, among: true }, 1],
    [{ confirmed: 1, failed: 19, among: true }, 1],
  ];
  for (const [outcome, puts] of tries) {
    await using world = await republishing(() => Promise.resolve(outcome));
    world.node.pointers.put(await verifiedPointer(makeSigner()), OPERATOR);
    await world.until(() => world.puts.length === 1);
    await world.clock.advance(60 * SECOND);
    await world.until(() => world.puts.length === puts);
  }
});

Deno.test("a put that hangs ends at its deadline, and is tried again", async () => {
  await using world = await republishing((_, signal) =>
    new Promise((_resolve, reject) => {
      signal.addEventListener("abort", () => reject(signal.reason));
    })
  );
  world.node.pointers.put(await verifiedPointer(makeSigner()), OPERATOR);
  await world.until(() => world.puts.length === 1);
  await world.clock.advance(30 * SECOND + 45 * SECOND);
  await world.until(() => world.puts.length === 2);
  assert.deepEqual(world.reports, []);
});

Deno.test("no more than four are put at a time", async () => {
  const pending: ((put: NetworkPut) => void)[] = [];
  await using world = await republishing(() => new Promise((resolve) => pending.push(resolve)));
  for (let i = 0; i < 10; i++) {
    world.node.pointers.put(await verifiedPointer(makeSigner()), OPERATOR);
  }
  await world.until(() => pending.length === 4);
  await world.clock.advance(SECOND);
  assert.equal(pending.length, 4);
  for (let ended = 0; ended < 10; ended++) {
    pending[ended]?.(HELD_BY_20);
    await world.until(() => pending.length === Math.min(10, ended + 5));
  }
  assert.equal(new Set(world.puts.map(({ identity }) => identity)).size, 10);
});

Deno.test("what is put again is spread out; what is new does not wait behind it", async () => {
  await using world = await republishing(() => Promise.resolve(HELD_BY_20));
  const { node, clock } = world;
  for (let i = 0; i < 5; i++) {
    const pointer = await verifiedPointer(makeSigner());
    node.pointers.put(pointer, STRANGER);
    node.pointers.schedule.postpone(pointer.identity, clock.now() + HOUR, clock.now());
  }
  await clock.advance(HOUR);
  await world.until(() => world.puts.length === 1);
  const fresh = await verifiedPointer(makeSigner());
  node.pointers.put(fresh, OPERATOR);
  await world.until(() => world.puts.length === 2);
  assert.equal(world.puts[1]?.identity, identityKey(fresh.identity));
  await clock.advance(SECOND);
  await world.until(() => world.puts.length === 3);
  await clock.advance(10 * SECOND);
  await world.until(() => world.puts.length === 6);
  assert.deepEqual(world.puts.map(({ at }) => at - HOUR), [0, 0, 1_000, 2_000, 3_000, 4_000]);
});

Deno.test("a pointer that was replaced while it was put has its own turn at once", async () => {
  const first = Promise.withResolvers<NetworkPut>();
  const answers = [first.promise];
  await using world = await republishing(() => answers.pop() ?? Promise.resolve(HELD_BY_20));
  const signer = makeSigner();
  world.node.pointers.put(await verifiedPointer(signer), OPERATOR);
  await world.until(() => world.puts.length === 1);
  const newer = await verifiedPointer(signer, { timestamp: "2026-02-01T00:00:00.000Z" });
  world.node.pointers.put(newer, OPERATOR);
  first.resolve(HELD_BY_20);
  await world.until(() => world.puts.length === 2);
});

/** What becomes of a pointer at its second turn, three days after it came. */
async function secondTurn(
  { put, sender = STRANGER, askedAfter }: {
    put: NetworkPut;
    sender?: Sender;
    askedAfter?: number;
  },
): Promise<"held" | "given up"> {
  await using world = await republishing(() => Promise.resolve(put));
  const { node: { pointers }, clock } = world;
  const pointer = await verifiedPointer(makeSigner());
  pointers.put(pointer, sender);
  for (let hours = 0; hours < 72; hours++) {
    if (hours * HOUR === askedAfter) pointers.asked(pointer.identity, "a reader");
    // Others put it, until they do no longer.
    pointers.schedule.postpone(pointer.identity, clock.now() + 2 * HOUR, clock.now());
    await clock.advance(HOUR);
  }
  await clock.advance(HOUR);
  await world.until(() => world.puts.length === 1);
  await clock.advance(SECOND);
  return pointers.get(pointer.identity) === null ? "given up" : "held";
}

Deno.test("what nobody asked for is given up once ten of those who are closer hold it", async () => {
  assert.equal(await secondTurn({ put: OTHERS_HOLD_IT }), "given up");
  assert.equal(
    await secondTurn({ put: { ...OTHERS_HOLD_IT, confirmed: 10, failed: 10 } }),
    "given up",
  );
  assert.equal(await secondTurn({ put: { ...OTHERS_HOLD_IT, confirmed: 9, failed: 11 } }), "held");
  assert.equal(await secondTurn({ put: HELD_BY_20 }), "held");
});

Deno.test("what is kept, or was asked for within two days, is not given up", async () => {
  assert.equal(await secondTurn({ put: OTHERS_HOLD_IT, sender: OPERATOR }), "held");
  assert.equal(await secondTurn({ put: OTHERS_HOLD_IT, askedAfter: 30 * HOUR }), "held");
  assert.equal(await secondTurn({ put: OTHERS_HOLD_IT, askedAfter: 20 * HOUR }), "given up");
});

Deno.test("what has just been handed over is not given up at its first turn", async () => {
  await using world = await republishing(() => Promise.resolve(OTHERS_HOLD_IT));
  const pointer = await verifiedPointer(makeSigner());
  world.node.pointers.put(pointer, STRANGER);
  await world.clock.advance(2 * SECOND);
  await world.until(() => world.puts.length === 1);
  await world.clock.advance(SECOND);
  assert.notEqual(world.node.pointers.get(pointer.identity), null);
});

Deno.test("a store that fails is reported, and asked again a minute later", async () => {
  await using world = await republishing(() => Promise.resolve(HELD_BY_20));
  await world.node.close();
  await world.clock.advance(12 * HOUR);
  assert.ok(world.reports.length > 0 && world.reports.length < 13 * 60);
});

Deno.test("a clock that is set back by a month holds nothing up", async () => {
  await using world = await republishing(() => Promise.resolve(HELD_BY_20));
  const { node, clock } = world;
  for (let i = 0; i < 2; i++) node.pointers.put(await verifiedPointer(makeSigner()), OPERATOR);
  await world.until(() => world.puts.length === 2);
  await clock.advance(12 * HOUR);
  await world.until(() => world.puts.length === 3);
  // The second is held back by the gap between two; the clock is set within it.
  clock.set(clock.now() - 30 * 24 * HOUR);
  await clock.advance(HOUR);
  await world.until(() => world.puts.length >= 4);
});

Deno.test("whose pointer everybody refuses learns the greater one that they hold", async () => {
  const signer = makeSigner();
  const older = await verifiedPointer(signer);
  const newer = await verifiedPointer(signer, { timestamp: "2026-02-01T00:00:00.000Z" });
  const answer = {
    peer: "a peer",
    outcome: "pointer",
    bytes: newer.bytes,
    milliseconds: 1,
  } as const;
  const refused: NetworkPut = { confirmed: 0, failed: 20, among: true };
  await using world = await republishing(
    ({ text }) => Promise.resolve(text === older.text ? refused : HELD_BY_20),
    { found: [{ peer: "another", outcome: "none", milliseconds: 1 }, answer] },
  );
  world.node.pointers.put(older, OPERATOR);
  await world.until(() => world.puts.length === 1);
  const held = () => world.node.pointers.get(signer.identity)?.toHex();
  await world.until(() => held() === newer.bytes.toHex());
  await world.clock.advance(SECOND);
  await world.until(() => world.puts.length === 2);
  assert.deepEqual(world.reports, []);
});
