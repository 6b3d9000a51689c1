import assert from "node:assert/strict";
import type { PeerAnswer } from "../../../resolver/contracts.ts";
import { recordKey } from "../../../resolver/network/record_key.ts";
import { networkTimes } from "../../../resolver/network/times.ts";
import {
  inventsPeers,
  openTarpit,
  servesNothing,
  servesOld,
  stalls,
} from "../../support/adversaries.ts";
import { LIBP2P_TEST, startNetwork, type TestNetwork, until } from "../../support/network.ts";
import { SENDER } from "../../support/nodes.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { framed, GET_VALUE, kadRecord, PUT_VALUE } from "../../support/kad_messages.ts";
import {
  type Behaviour,
  type KadPeer,
  reply,
  sendBytes,
  startKadPeer,
} from "../../support/kad_peer.ts";
import { seeded } from "../../support/seeded.ts";

const OLD = { timestamp: "2026-01-01T00:00:00.000Z" };
const NEW = { timestamp: "2026-02-01T00:00:00.000Z" };
const call = { signal: new AbortController().signal };

/** An adversary that behaves well until the test turns it. */
interface Turncoat extends KadPeer {
  turn(behaviour: Behaviour): void;
}

async function startTurncoat(): Promise<Turncoat> {
  let behaviour = servesNothing;
  const peer = await startKadPeer((message, stream) => behaviour(message, stream));
  return Object.assign(peer, { turn: (next: Behaviour) => void (behaviour = next) });
}

/** Makes every node know the adversary, and look into its own table as long as it does not. */
async function introduce(all: TestNetwork, adversary: KadPeer): Promise<void> {
  const size = all.nodes.length;
  for (const { network } of all.nodes) {
    await network.connect(adversary.address, { ...call, trusted: true });
  }
  await until(
    "the adversary is in every routing table",
    () => all.nodes.every(({ network }) => network.status().routingTable === size),
  );
}

async function lookUpFrom(all: TestNetwork, identity: Parameters<typeof recordKey>[0]) {
  const own = all.nodes.at(-1);
  assert.ok(own !== undefined);
  const answers: PeerAnswer[] = await Array.fromAsync(own.network.lookUp(identity, call));
  return { own, of: ({ peerId }: KadPeer) => answers.find(({ peer }) => peer === peerId), answers };
}

Deno.test(
  "one that gives an old record and refuses the newer one changes nothing for others",
  LIBP2P_TEST,
  async () => {
    await using all = await startNetwork({ size: 4 });
    const signer = makeSigner();
    const [older, newer] = [await verifiedPointer(signer, OLD), await verifiedPointer(signer, NEW)];
    await using adversary = await startKadPeer(servesOld(older.bytes));
    await introduce(all, adversary);
    all.nodes[0]?.node.pointers.put(newer, SENDER);
    const { own, of, answers } = await lookUpFrom(all, signer.identity);
    assert.deepEqual(of(adversary)?.bytes, older.bytes);
    assert.ok(answers.some(({ bytes }) => bytes?.toHex() === newer.bytes.toHex()));
    await until("it was offered the newer one", () => adversary.received.has(PUT_VALUE));
    await until(
      "the others have it",
      () =>
        all.nodes.slice(1, -1).every(({ node }) =>
          node.pointers.get(signer.identity)?.toHex() === newer.bytes.toHex()
        ),
    );
    assert.notDeepEqual(own.node.pointers.get(signer.identity), older.bytes);
  },
);

Deno.test("one that never answers fails alone", LIBP2P_TEST, async () => {
  await using all = await startNetwork({ size: 4, times: networkTimes });
  await using adversary = await startTurncoat();
  await introduce(all, adversary);
  adversary.turn(stalls);
  const pointer = await verifiedPointer(makeSigner());
  all.nodes[0]?.node.pointers.put(pointer, SENDER);
  const { of, answers } = await lookUpFrom(all, pointer.identity);
  assert.equal(of(adversary)?.outcome, "failed");
  assert.ok(answers.some(({ outcome }) => outcome === "pointer"));
});

Deno.test(
  "one that answers with forged records, others' records or garbage is told apart",
  LIBP2P_TEST,
  async () => {
    await using all = await startNetwork({ size: 3 });
    const { identity } = makeSigner();
    const key = recordKey(identity);
    const foreign = await verifiedPointer(makeSigner());
    const records: Uint8Array[] = [
      kadRecord(key, new Uint8Array(100)),
      kadRecord(key, foreign.bytes),
      kadRecord(recordKey(foreign.identity), foreign.bytes),
      kadRecord(key, new Uint8Array(20_000)),
    ];
    await using adversary = await startTurncoat();
    await introduce(all, adversary);
    for (const record of records) {
      adversary.turn((_, stream) => reply(stream, { type: GET_VALUE, key, record }));
      const { of } = await lookUpFrom(all, identity);
      assert.equal(of(adversary)?.outcome, "refused");
    }
    for (const garbage of [new Uint8Array(50).fill(0xff), new Uint8Array(40_000)]) {
      adversary.turn((_, stream) => sendBytes(stream, framed(garbage)));
      const { of } = await lookUpFrom(all, identity);
      assert.equal(of(adversary)?.outcome, "failed");
    }
  },
);

Deno.test("one that names a thousand peers has none of them dialled", LIBP2P_TEST, async () => {
  await using all = await startNetwork({ size: 3, times: networkTimes });
  await using tarpit = openTarpit();
  const invents = (count: number) => inventsPeers(count, [tarpit.address], seeded(1));
  await using adversary = await startTurncoat();
  await introduce(all, adversary);
  for (const count of [1_000, 25]) {
    adversary.turn(invents(count));
    const { of } = await lookUpFrom(all, makeSigner().identity);
    assert.equal(of(adversary)?.outcome, "failed");
  }
  assert.equal(tarpit.connections(), 0);
  // As many as an honest node may name: they are tried, within what walks of 3 paths may dial. There are
  // two for the look-up, and beside it each of the 3 nodes may be looking for neighbours.
  adversary.turn(invents(20));
  const { of } = await lookUpFrom(all, makeSigner().identity);
  assert.equal(of(adversary)?.outcome, "none");
  assert.ok(tarpit.connections() <= 5 * (3 * 4 + 40), `${tarpit.connections()} dials`);
});
