import assert from "node:assert/strict";
import { createInboundLimit } from "../../../resolver/network/inbound_limit.ts";
import { LIBP2P_TEST, startNetworkNode, until } from "../../support/network.ts";
import { multiaddr } from "@multiformats/multiaddr";

function connectionFrom(address: string) {
  const events = new EventTarget();
  return {
    remoteAddr: multiaddr(`${address}/tcp/1`),
    status: "open" as const,
    addEventListener: events.addEventListener.bind(events),
    close: () => events.dispatchEvent(new Event("close")),
  };
}

/** Connections from these addresses: those that were let in. */
function admitted(limit: ReturnType<typeof createInboundLimit>, addresses: readonly string[]) {
  return addresses.map(connectionFrom)
    .filter((connection) => limit.admit(connection));
}

Deno.test("one address has 16 places, and others have their own", () => {
  const limit = createInboundLimit();
  const taken = admitted(limit, Array(40).fill("/ip4/9.9.9.9"));
  assert.equal(taken.length, 16);
  assert.equal(admitted(limit, ["/ip4/9.9.9.8"]).length, 1);
  taken[0]?.close();
  assert.equal(admitted(limit, ["/ip4/9.9.9.9", "/ip4/9.9.9.9"]).length, 1);
});

Deno.test("a network of IPv6 addresses is one address", () => {
  const limit = createInboundLimit();
  const addresses = Array.from({ length: 40 }, (_, i) => `/ip6/2620:fe::${i + 1}`);
  assert.equal(admitted(limit, addresses).length, 16);
  assert.equal(admitted(limit, ["/ip6/2620:fe:1::1"]).length, 1);
});

Deno.test("a proxy on this machine has half of all places", () => {
  const limit = createInboundLimit();
  assert.equal(admitted(limit, Array(400).fill("/ip4/127.0.0.1")).length, 150);
});

Deno.test("those who say nothing lose their places, and others get in", LIBP2P_TEST, async () => {
  await using node = await startNetworkNode();
  const [address = ""] = node.network.addresses();
  const port = Number(address.split("/")[4]);
  let open = 0;
  await Promise.allSettled(Array.from({ length: 150 }, async () => {
    const connection = await Deno.connect({ hostname: "127.0.0.1", port });
    open += 1;
    // Whatever the node says first is read, up to the end.
    connection.readable.pipeTo(new WritableStream()).catch(() => {}).finally(() => open -= 1);
  }));
  assert.ok(open > 0);
  await until("all were closed", () => open === 0);
  await using honest = await startNetworkNode({ environment: { BOOTSTRAP: address } });
  await until("it got in", () => honest.network.status().routingTable === 1);
});
