import assert from "node:assert/strict";
import { CALL } from "../support/content.ts";
import { isInOwnNetwork, layOutLan, runInOwnNetwork } from "../support/namespaces.ts";
import { startNetworkNode, until } from "../support/network.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { realTest } from "../support/tools.ts";

/** Ends what hangs: longer than the patience inside. */
const LIMIT_MILLISECONDS = 300_000;

realTest(
  "unshare",
  "two nodes of a local network find each other without an entry point",
  async (_t, unshare) => {
    if (isInOwnNetwork()) return await findingEachOther();
    await runInOwnNetwork(unshare, import.meta.filename ?? assert.fail(), LIMIT_MILLISECONDS);
  },
);

async function findingEachOther(): Promise<void> {
  await layOutLan();
  const environment = { DHT_LISTEN: "/ip4/0.0.0.0/tcp/0", DHT_MDNS: "on", ALLOW_PRIVATE: "" };
  await using one = await startNetworkNode({ environment });
  await using other = await startNetworkNode({ environment });
  await until(
    "both know each other",
    () => [one, other].every(({ network }) => network.status().routingTable === 1),
  );
  const pointer = await verifiedPointer(makeSigner());
  assert.equal((await one.network.put(pointer, CALL)).confirmed, 1);
  assert.deepEqual(other.node.pointers.get(pointer.identity), pointer.bytes);
}
