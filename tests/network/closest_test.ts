import assert from "node:assert/strict";
import { peerIdFromString } from "@libp2p/peer-id";
import { systemAlarm } from "../../resolver/deadline.ts";
import { distance } from "../../resolver/network/distance.ts";
import { REPLICATION } from "../../resolver/network/network.ts";
import { createPutTurn } from "../../resolver/network/put_turn.ts";
import { recordKey } from "../../resolver/network/record_key.ts";
import type { Identity } from "../../schemas/identity.ts";
import { eventually } from "../support/eventually.ts";
import {
  LIBP2P_TEST,
  lookAround,
  type NetworkNode,
  startNetwork,
  until,
} from "../support/network.ts";
import { SENDER } from "../support/nodes.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { heldTimestamp, publishAt, visited } from "../support/visits.ts";

/** So many that some are not among the closest to a key. */
const NODES = 24;
const OLD = "2026-01-01T00:00:00.000Z";
const NEW = "2026-02-01T00:00:00.000Z";
const DAY_MILLISECONDS = 24 * 3_600_000;

Deno.test("in a larger network records live at the 20 closest", LIBP2P_TEST, async (t) => {
  await using network = await startNetwork({ size: NODES });
  const signer = makeSigner();
  const { identity } = signer;
  const { closest, outside } = placed(network.nodes, identity);
  const [publisher, asker, handedOver, ...others] = outside;
  assert.ok(publisher !== undefined && asker !== undefined && handedOver !== undefined);
  const [old, current] = await Promise.all([
    verifiedPointer(signer, { timestamp: OLD }),
    verifiedPointer(signer, { timestamp: NEW }),
  ]);

  const holds = (timestamp: string, ...nodes: readonly NetworkNode[]) =>
    nodes.every(({ node }) => heldTimestamp(node, identity) === timestamp);
  /** On a busy machine a node that missed a ping is forgotten until it is met by a look-up. */
  const inTheEnd = (what: string, attempt: () => Promise<boolean>) =>
    eventually(what, async () => {
      if (await attempt()) return true;
      await Promise.all(network.nodes.map((member) => lookAround(member.network)));
      return false;
    });

  await t.step("published at another one, it is held by them and its publisher", async () => {
    await inTheEnd("the closest hold it", async () => {
      const { confirmed, among } = await publishAt(publisher, old);
      return confirmed === REPLICATION && !among && holds(OLD, ...closest, publisher);
    });
  });

  await t.step("who neither holds it nor published it finds it", async () => {
    assert.equal(await visited(asker, identity), OLD);
  });

  await t.step("a newer one, published elsewhere, replaces it wherever it lives", async () => {
    await inTheEnd("the closest hold the newer one", async () => {
      const { confirmed, among } = await publishAt(asker, current);
      return confirmed === REPLICATION && !among && holds(NEW, ...closest, asker);
    });
    // Its first publisher is none of those to whom it goes: a look-up brings it up to date.
    assert.equal(await visited(publisher, identity), NEW);
    await until("its first publisher holds it", () => holds(NEW, publisher));
  });

  await t.step(
    "who is not among them sweeps what nobody asks for, but no own pointer",
    async () => {
      handedOver.node.pointers.put(current, SENDER);
      let now = Date.now();
      await inTheEnd("the others have swept it", async () => {
        now += 3 * DAY_MILLISECONDS;
        for (const member of [handedOver, ...others]) await putAgain(member, now);
        return [handedOver, ...others].every(({ node }) => node.pointers.count() === 0);
      });
      for (const member of [publisher, asker, ...closest.slice(0, 2)]) await putAgain(member, now);
      assert.ok(holds(NEW, ...closest, publisher, asker));
    },
  );
});

/** The nodes as a put of the identity's pointer should see them. */
function placed(nodes: readonly NetworkNode[], identity: Identity) {
  const key = recordKey(identity);
  const place = ({ network }: NetworkNode) =>
    distance(key, peerIdFromString(network.peerId).toMultihash().bytes);
  const sorted = nodes.toSorted((one, other) => place(one) < place(other) ? -1 : 1);
  return { closest: sorted.slice(0, REPLICATION), outside: sorted.slice(REPLICATION) };
}

/** Everything that the node holds has its turn, at this time. */
async function putAgain({ node, network, verifier }: NetworkNode, now: number): Promise<void> {
  const { pointers } = node;
  const turn = createPutTurn({
    pointers,
    network,
    verifier,
    clock: () => now,
    alarm: systemAlarm,
    random: () => 0,
    signal: new AbortController().signal,
    report: (problem) => assert.fail(String(problem)),
  });
  for (const due of pointers.schedule.due(now, 10)) await turn(due);
}
