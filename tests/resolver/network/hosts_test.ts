import assert from "node:assert/strict";
import { LIBP2P_TEST, startNetworkNode, until } from "../../support/network.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";

const call = { signal: new AbortController().signal };

/** `DHT_LISTEN`, and what its address begins with where it is dialled. */
const hosts = [
  { listen: "/ip6/::1/tcp/0", dialled: "/ip6/::1/tcp/" },
  { listen: "/ip6/::1/tcp/0/ws", dialled: "/ip6/::1/tcp/" },
  { listen: "/ip4/0.0.0.0/tcp/0", dialled: "/ip4/127.0.0.1/tcp/" },
  { listen: "/ip6/::/tcp/0", dialled: "/ip6/::1/tcp/" },
  { listen: "/ip4/127.0.0.1/tcp/0/ws", dialled: "/ip4/127.0.0.1/tcp/" },
];

for (const { listen, dialled } of hosts) {
  Deno.test(`a node that listens on ${listen} is reached at ${dialled}`, LIBP2P_TEST, async () => {
    await using there = await startNetworkNode({ environment: { DHT_LISTEN: listen } });
    const address = there.network.addresses().find((one) => one.startsWith(dialled));
    assert.ok(address !== undefined, there.network.addresses().join());
    assert.ok(!there.network.addresses().some((one) => /\/(0\.0\.0\.0|::)\//.test(one)));
    await using here = await startNetworkNode({ environment: { BOOTSTRAP: address } });
    await until("they met", () => here.network.status().routingTable === 1);
    const pointer = await verifiedPointer(makeSigner());
    assert.equal((await here.network.put(pointer, call)).confirmed, 1);
    assert.deepEqual(there.node.pointers.get(pointer.identity), pointer.bytes);
  });
}
