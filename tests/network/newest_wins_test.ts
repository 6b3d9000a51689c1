import assert from "node:assert/strict";
import { deadline } from "../../resolver/deadline.ts";
import { identityKey, identityText } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import { GET_VALUE, kadKey, kadRecord, kadValue, PUT_VALUE } from "../support/kad_messages.ts";
import { startKadPeer } from "../support/kad_peer.ts";
import { LIBP2P_TEST, type NetworkNode, startNetwork } from "../support/network.ts";
import { followLiar } from "../support/lying_peer.ts";
import { peerApi } from "../support/peer_api.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { unguardedPut } from "../support/unguarded_dht.ts";
import { heldTimestamp, publishWidely, visited } from "../support/visits.ts";

const NODES = 12;
/** Nodes that look it up all the time while it is replayed. */
const LOOKING = 4;
/** Ends what hangs. */
const PATIENCE_MILLISECONDS = 150_000;
const OLD = "2026-01-01T00:00:00.000Z";
const NEW = "2026-02-01T00:00:00.000Z";

/** A way on which anybody can hand an old record to a node. */
type Road = (old: VerifiedPointer, nodes: readonly NetworkNode[]) => Promise<void>;

const roads: Readonly<Record<string, Road>> = {
  "a raw PUT_VALUE": async (old, nodes) => {
    await using peer = await startKadPeer();
    const key = kadKey(identityKey(old.identity));
    await Promise.all(nodes.map(async (member) => {
      const { network } = member;
      const before = putsRefused([member]);
      const [address = ""] = network.addresses();
      const message = { type: PUT_VALUE, key, record: kadRecord(key, old.bytes) };
      assert.equal(await peer.ask(address, message), null, "the put was confirmed");
      assert.ok(putsRefused([member]) > before, "the refusal was not counted");
      const answer = await peer.ask(address, { type: GET_VALUE, key });
      const held = new TextDecoder().decode(kadValue(answer?.record) ?? new Uint8Array());
      assert.match(held, new RegExp(NEW));
    }));
  },
  "the put of a DHT without a guard": async (old, nodes) => {
    const key = kadKey(identityKey(old.identity));
    const before = putsRefused(nodes);
    using patience = deadline(PATIENCE_MILLISECONDS);
    // While the machine is busy, the library's put gives up on many nodes without a word.
    while (putsRefused(nodes) < before + NODES / 2) {
      patience.signal.throwIfAborted();
      const confirmed = await unguardedPut(nodes, [{ key, value: old.bytes }]);
      assert.equal(confirmed, 0, "a node confirmed it");
    }
  },
  "an HTTP PUT": async (old, nodes) => {
    await Promise.all(nodes.map(async ({ node }) => {
      const url = `http://node.example/v1/pointers/${identityText(old.identity)}`;
      const request = new Request(url, { method: "PUT", body: old.bytes });
      const response = await peerApi({ node, clock: Date.now })(request);
      assert.equal(response.status, 409);
      assert.match(await response.text(), new RegExp(NEW));
    }));
  },
  "the change feed of a lying peer": async (old, nodes) => {
    await Promise.all(nodes.map(async (member) => {
      const { offered } = await followLiar(
        member,
        [old.bytes],
        (state) => state.offered.length > 0,
      );
      assert.match(offered.join(), new RegExp(NEW));
    }));
  },
};

/** How many older pointers the nodes refused. */
function putsRefused(nodes: readonly NetworkNode[]): number {
  const counts = nodes.map(({ network }) => network.status().refused.get("older") ?? 0);
  return counts.reduce((sum, count) => sum + count);
}

Deno.test("the newest pointer wins on every road, and at every node", LIBP2P_TEST, async (t) => {
  await using network = await startNetwork({ size: NODES });
  const { nodes } = network;
  const signer = makeSigner();
  const { identity } = signer;
  const [old, current] = await Promise.all(
    [OLD, NEW].map((timestamp) => verifiedPointer(signer, { timestamp })),
  );
  assert.ok(old !== undefined && current !== undefined);
  const [first, second] = nodes;
  assert.ok(first !== undefined && second !== undefined);

  await t.step("published at one, resolved at every other", async () => {
    await publishWidely(first, old, NODES - 1);
    for (const member of nodes) assert.equal(await visited(member, identity), OLD);
  });

  await t.step("a newer one, published elsewhere, replaces it everywhere", async () => {
    await publishWidely(second, current, NODES - 1);
    for (const member of nodes) assert.equal(await visited(member, identity), NEW);
  });

  for (const [name, replay] of Object.entries(roads)) {
    await t.step(`the older one, replayed by ${name}, wins nowhere`, async () => {
      let replaying = true;
      const replayed = replay(old, nodes).finally(() => replaying = false);
      const looking = nodes.slice(0, LOOKING).map(async (member) => {
        do assert.equal(await visited(member, identity), NEW); while (replaying);
      });
      await Promise.all([replayed, ...looking]);
      for (const { node } of nodes) assert.equal(heldTimestamp(node, identity), NEW);
    });
  }
});
