import assert from "node:assert/strict";
import { systemAlarm } from "../../../resolver/deadline.ts";
import { startRepublishing } from "../../../resolver/network/republish.ts";
import type { Sender } from "../../../resolver/node/node.ts";
import { LIBP2P_TEST, type NetworkNode, startNetwork, until } from "../../support/network.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";

const HOUR = 3_600_000;

/** Runs the republishers of all nodes until the scope ends. */
function republish(nodes: readonly NetworkNode[]): AsyncDisposable {
  const stop = new AbortController();
  const ended = nodes.map(({ node, network, verifier }) =>
    startRepublishing({
      node,
      network,
      verifier,
      clock: Date.now,
      alarm: systemAlarm,
      random: () => 0,
      signal: stop.signal,
      report: (problem) => assert.fail(String(problem)),
    })
  );
  return {
    async [Symbol.asyncDispose]() {
      stop.abort();
      await Promise.all(ended);
    },
  };
}

for (
  const [who, sender] of [
    ["the operator publishes", { kind: "operator" }],
    ["a stranger hands over by HTTP", { kind: "stranger", key: "4:1" }],
  ] as const satisfies readonly (readonly [string, Sender])[]
) {
  Deno.test(
    `what ${who} at one node is held by all, and is put by that node alone`,
    LIBP2P_TEST,
    async () => {
      await using testNetwork = await startNetwork({ size: 4 });
      const { nodes } = testNetwork;
      await using _running = republish(nodes);
      const pointer = await verifiedPointer(makeSigner());
      const [first, ...others] = nodes;
      assert.ok(first !== undefined);
      first.node.pointers.put(pointer, sender);
      await until(
        "every node holds it",
        () => nodes.every(({ node }) => node.pointers.get(pointer.identity) !== null),
      );
      await until(
        "the first has noted it",
        () => (first.node.pointers.schedule.nextDueAt() ?? 0) > Date.now() + 8 * HOUR,
      );
      for (const { node, network } of others) {
        const dueAt = node.pointers.schedule.nextDueAt();
        assert.ok(dueAt !== null && dueAt > Date.now() + 8 * HOUR);
        assert.equal(network.status().puts.confirmed, 0);
      }
    },
  );
}

Deno.test("a newer pointer reaches the nodes that hold the older one", LIBP2P_TEST, async () => {
  await using testNetwork = await startNetwork({ size: 4 });
  const { nodes } = testNetwork;
  await using _running = republish(nodes);
  const signer = makeSigner();
  const older = await verifiedPointer(signer);
  const newer = await verifiedPointer(signer, { timestamp: "2026-02-01T00:00:00.000Z" });
  nodes[0]?.node.pointers.put(older, { kind: "operator" });
  await until(
    "every node holds the older one",
    () => nodes.every(({ node }) => node.pointers.get(signer.identity) !== null),
  );
  nodes[3]?.node.pointers.put(newer, { kind: "operator" });
  await until(
    "every node holds the newer one",
    () =>
      nodes.every(({ node }) =>
        node.pointers.get(signer.identity)?.toHex() === newer.bytes.toHex()
      ),
  );
});
