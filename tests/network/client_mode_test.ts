import assert from "node:assert/strict";
import { LIBP2P_TEST, startNetwork, startNetworkNode, until } from "../support/network.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { heldTimestamp, publishAt, publishWidely, visited } from "../support/visits.ts";

const SERVERS = 6;

Deno.test(
  "nodes that nobody can reach publish, and find what others publish",
  LIBP2P_TEST,
  async () => {
    await using network = await startNetwork({ size: SERVERS });
    const { nodes } = network;
    const [entry, server] = nodes;
    assert.ok(entry !== undefined && server !== undefined);
    const environment = { BOOTSTRAP: entry.network.addresses().join(","), DHT_LISTEN: "" };
    await using publisher = await startNetworkNode({ environment });
    await using reader = await startNetworkNode({ environment });
    for (const client of [publisher, reader]) {
      assert.equal(client.network.mode, "client");
      assert.deepEqual(client.network.addresses(), []);
      await until("it knows the servers", () => client.network.status().routingTable === SERVERS);
    }
    const signer = makeSigner();
    const { identity } = signer;
    const [first, second] = await Promise.all(
      ["2026-01-01T00:00:00.000Z", "2026-02-01T00:00:00.000Z"].map((timestamp) =>
        verifiedPointer(signer, { timestamp })
      ),
    );
    assert.ok(first !== undefined && second !== undefined);

    await publishWidely(publisher, first, SERVERS);
    for (const member of [...nodes, reader]) {
      assert.equal(await visited(member, identity), first.timestamp);
    }
    await publishAt(server, second);
    assert.equal(heldTimestamp(publisher.node, identity), first.timestamp);
    assert.equal(await visited(publisher, identity), second.timestamp);
    assert.equal(await visited(reader, identity), second.timestamp);

    // Nobody keeps a client in a routing table: it would only be waited for.
    for (const { network } of nodes) assert.equal(network.status().routingTable, SERVERS - 1);
  },
);
