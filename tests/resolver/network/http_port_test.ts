import assert from "node:assert/strict";
import type { PointerNetwork } from "../../../resolver/network/network.ts";
import { LIBP2P_TEST, startNetworkNode, until } from "../../support/network.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";

const call = { signal: new AbortController().signal };

/** An HTTP server that hands WebSockets to a network that is opened later, as a gateway does. */
function httpServer() {
  const door: { network: PointerNetwork | null } = { network: null };
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    (request, info) => {
      // Not to be had any longer once the request has become a WebSocket.
      const { remoteAddr } = info;
      const { socket, response } = Deno.upgradeWebSocket(request);
      door.network?.accept(socket, remoteAddr);
      return response;
    },
  );
  return {
    door,
    httpAddress: { hostname: "127.0.0.1", port: server.addr.port },
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

Deno.test(
  "a node with nothing but the HTTP port is joined, asked and put to over WebSockets",
  LIBP2P_TEST,
  async () => {
    await using http = httpServer();
    const { httpAddress } = http;
    const only = `/ip4/127.0.0.1/tcp/${httpAddress.port}/ws`;
    await using node = await startNetworkNode({
      environment: { DHT_LISTEN: only },
      network: { httpAddress },
    });
    http.door.network = node.network;
    assert.equal(node.network.mode, "server");
    const addresses = node.network.addresses();
    assert.deepEqual(addresses, [`${only}/p2p/${node.network.peerId}`]);

    await using other = await startNetworkNode({ environment: { BOOTSTRAP: addresses.join(",") } });
    await until(
      "both know each other",
      () => [node, other].every(({ network }) => network.status().routingTable === 1),
    );
    const pointer = await verifiedPointer(makeSigner());
    assert.equal((await other.network.put(pointer, call)).confirmed, 1);
    assert.deepEqual(node.node.pointers.get(pointer.identity), pointer.bytes);
    const [answer] = await Array.fromAsync(other.network.lookUp(pointer.identity, call));
    assert.deepEqual(answer?.bytes, pointer.bytes);
  },
);

Deno.test("by default a node listens on a TCP port and on the HTTP port", LIBP2P_TEST, async () => {
  await using http = httpServer();
  await using node = await startNetworkNode({ network: { httpAddress: http.httpAddress } });
  const forms = node.network.addresses().map((address) => address.replaceAll(/\d{4,}\b/g, "N"));
  const { peerId } = node.network;
  assert.deepEqual(forms.sort(), [
    `/ip4/127.0.0.1/tcp/N/p2p/${peerId}`,
    `/ip4/127.0.0.1/tcp/N/ws/p2p/${peerId}`,
  ]);
});

Deno.test("a WebSocket that speaks something else is closed", LIBP2P_TEST, async () => {
  await using http = httpServer();
  await using node = await startNetworkNode({ network: { httpAddress: http.httpAddress } });
  http.door.network = node.network;
  for (const said of ["text", new Uint8Array(300_000), new Uint8Array(1_000).fill(0x7f)]) {
    const socket = new WebSocket(`ws://127.0.0.1:${http.httpAddress.port}/`);
    const closed = new Promise((resolve) => socket.addEventListener("close", resolve));
    socket.addEventListener("open", () => socket.send(said));
    await closed;
  }
  assert.equal(node.network.status().connections, 0);
});

Deno.test("a client takes no WebSockets", LIBP2P_TEST, async () => {
  await using http = httpServer();
  await using node = await startNetworkNode({
    environment: { DHT_LISTEN: "" },
    network: { httpAddress: http.httpAddress },
  });
  http.door.network = node.network;
  const socket = new WebSocket(`ws://127.0.0.1:${http.httpAddress.port}/`);
  await new Promise((resolve) => socket.addEventListener("close", resolve));
  assert.deepEqual(node.network.addresses(), []);
});
