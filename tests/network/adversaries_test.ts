import assert from "node:assert/strict";
import { ANSWER_MAX_PEERS } from "../../resolver/network/message_guard.ts";
import { networkTimes } from "../../resolver/network/times.ts";
import { type Identity, identityKey } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import {
  drips,
  inventsPeers,
  joinAs,
  laggard,
  openTarpit,
  sendsGarbage,
  servesOld,
  servesOthers,
  stalls,
} from "../support/adversaries.ts";
import { FIND_NODE, GET_VALUE, kadKey } from "../support/kad_messages.ts";
import type { Behaviour } from "../support/kad_peer.ts";
import { LIBP2P_TEST, startNetwork, type TestNetwork, until } from "../support/network.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { faultSeed, seeded } from "../support/seeded.ts";
import { heldTimestamp, publishAt, visited } from "../support/visits.ts";

const NODES = 12;
/** Honest nodes to which the hostile ones come; the others hear of them. */
const MET = 6;
const OLD = "2026-01-01T00:00:00.000Z";
const NEW = "2026-02-01T00:00:00.000Z";
/** On a busy machine honest nodes answer too late now and then, beside those who stall. */
const ROUNDS = 3;
/** As long from the beginning as a slow network may stretch it to: honest nodes share a processor. */
const TIMES = { ...networkTimes, message: { minTimeout: 2_000, maxTimeout: 2_000 } };
/** A look-up that found nothing walks once more, and nobody is asked twice in a walk. */
const MOST_QUESTIONS = 2;

const seed = faultSeed();
const random = seeded(seed);

interface Scene {
  readonly old: VerifiedPointer;
  readonly current: VerifiedPointer;
  /** Another wallet's pointer, newer than both. */
  readonly others: VerifiedPointer;
  /** Where invented peers are said to be. */
  readonly nowhere: string;
}

const adversaries: Readonly<Record<string, (scene: Scene) => Behaviour>> = {
  "serves old records and refuses corrections": ({ old }) => servesOld(old.bytes),
  "stalls": () => stalls,
  "sends garbage": () => sendsGarbage(random),
  "drips": ({ current }) => drips(current.bytes),
  "answers everything with another identity's record": ({ others }) =>
    servesOthers(kadKey(identityKey(others.identity)), others.bytes, true),
  "answers everything with another key": ({ others }) =>
    servesOthers(kadKey(identityKey(others.identity)), others.bytes, false),
  "invents 1,000 closer peers": ({ nowhere }) => inventsPeers(1_000, [nowhere], random),
  "invents 20 closer peers": ({ nowhere }) => inventsPeers(20, [nowhere], random),
};

// 11 others, and one after another the 8 that have left again: fewer than the 20 closest of a walk.
Deno.test("a hostile node changes no answer", LIBP2P_TEST, async (t) => {
  await using network = await startNetwork({ size: NODES, times: TIMES });
  for (const [name, behaviour] of Object.entries(adversaries)) {
    await t.step(`one that ${name} (FAULT_SEED=${seed})`, () => withstand(network, [behaviour]));
  }
});

Deno.test("hostile nodes of all kinds together change no answer", LIBP2P_TEST, async (t) => {
  await using network = await startNetwork({ size: NODES, times: TIMES });
  await t.step(`FAULT_SEED=${seed}`, () => withstand(network, Object.values(adversaries)));
});

Deno.test("a node that was away is corrected by a look-up", LIBP2P_TEST, async () => {
  await using network = await startNetwork({ size: NODES });
  const { nodes } = network;
  const { old, current } = await records();
  const late = laggard(old.bytes);
  const [first, second] = nodes;
  assert.ok(first !== undefined && second !== undefined);
  await publishAt(first, current);
  await using _peers = await joinAs([late.behaviour], nodes);
  assert.equal(await visited(second, current.identity), NEW);
  await until("it holds the newest", () => sameBytes(late.held(), current.bytes));
});

/** The newest is published among them, updated, and found from every honest node. */
async function withstand(
  { nodes }: TestNetwork,
  behaviours: readonly ((scene: Scene) => Behaviour)[],
): Promise<void> {
  await using tarpit = openTarpit();
  const scene = { ...await records(), nowhere: tarpit.address };
  const { old, current } = scene;
  const { identity } = current;
  const [first, second] = nodes;
  assert.ok(first !== undefined && second !== undefined);
  await publishAt(first, old);
  const met = nodes.slice(0, MET);
  await using peers = await joinAs(behaviours.map((make) => make(scene)), met);
  await publishAt(second, current);

  let missing: TestNetwork["nodes"] = met;
  let visits = 0;
  for (let round = 0; round < ROUNDS && missing.length > 0; round++) {
    visits += missing.length;
    missing = await outOfDate(missing, identity);
  }
  assert.equal(missing.length, 0);
  const questions = (type: number) =>
    peers.reduce((sum, { received }) => sum + (received.get(type) ?? 0), 0);
  const lookUps = questions(GET_VALUE);
  assert.ok(lookUps <= MOST_QUESTIONS * behaviours.length * visits, `${lookUps} questions`);
  // All the time nodes that know few look for neighbours, too: every answer costs so many dials at most.
  const dials = tarpit.connections();
  const answers = lookUps + questions(FIND_NODE);
  assert.ok(dials <= ANSWER_MAX_PEERS * answers, `${dials} dials after ${answers} answers`);
  const asked = peers.filter(({ received }) => (received.get(GET_VALUE) ?? 0) > 0);
  assert.ok(asked.length >= peers.length / 2, `only ${asked.length} of them were asked`);
  // Who missed the put, because it went to those who waste time, has been corrected by the visits.
  await until(
    "every honest node holds the newest",
    () => nodes.every(({ node }) => heldTimestamp(node, identity) === NEW),
  );
  for (const { node } of nodes) assert.equal(node.pointers.get(scene.others.identity), null);
}

/** Those who do not come to the newest. At the same time, so that stalling costs the test once. */
async function outOfDate(
  members: TestNetwork["nodes"],
  identity: Identity,
): Promise<TestNetwork["nodes"]> {
  const found = await Promise.all(members.map((member) => visited(member, identity)));
  return members.filter((_, place) => found[place] !== NEW);
}

async function records() {
  const signer = makeSigner();
  const [old, current, others] = await Promise.all([
    verifiedPointer(signer, { timestamp: OLD }),
    verifiedPointer(signer, { timestamp: NEW }),
    verifiedPointer(makeSigner(), { timestamp: "2026-03-01T00:00:00.000Z" }),
  ]);
  return { old, current, others };
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
