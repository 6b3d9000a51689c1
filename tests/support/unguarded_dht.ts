import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { identify } from "@libp2p/identify";
import { kadDHT, passthroughMapper } from "@libp2p/kad-dht";
import { ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import { DHT_PROTOCOL } from "../../resolver/network/network.ts";
import { type NetworkNode, until } from "./network.ts";

const PUT_MILLISECONDS = 60_000;

/**
 * Puts values into the nodes' DHT as the library does it by itself, with no rule of ours: whatever
 * they are. Resolves with how often a node confirmed one.
 */
export async function unguardedPut(
  nodes: readonly NetworkNode[],
  entries: readonly { readonly key: Uint8Array; readonly value: Uint8Array }[],
): Promise<number> {
  const libp2p = await createLibp2p({
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: {
      identify: identify(),
      ping: ping(),
      dht: kadDHT({
        protocol: DHT_PROTOCOL,
        clientMode: true,
        peerInfoMapper: passthroughMapper,
        validators: { ourspace: () => Promise.resolve() },
        selectors: { ourspace: () => 0 },
      }),
    },
  });
  try {
    const met = new Set<string>();
    libp2p.addEventListener("peer:identify", ({ detail }) => met.add(detail.peerId.toString()));
    for (const { network } of nodes) {
      const [address = ""] = network.addresses();
      await libp2p.dial(multiaddr(address));
    }
    await until(
      "the client has met all nodes",
      () => nodes.every(({ network }) => met.has(network.peerId)),
    );
    let confirmed = 0;
    for (const { key, value } of entries) {
      const signal = AbortSignal.timeout(PUT_MILLISECONDS);
      for await (const event of libp2p.services.dht.put(key, value, { signal })) {
        if (event.name !== "PEER_RESPONSE" || event.messageType !== "PUT_VALUE") continue;
        if (event.record !== undefined) confirmed += 1;
      }
    }
    return confirmed;
  } finally {
    await libp2p.stop();
  }
}
