import type { Libp2p } from "@libp2p/interface";
import { type ConnectedPeer, DHT_PROTOCOL } from "./network.ts";

/** Addresses of one peer that are shown. */
const MAX_ADDRESSES = 16;

/**
 * What connected peers say of themselves (libp2p's identify). Its peer store is no witness: there, who
 * ever asked in a protocol is taken for one that answers in it.
 */
export function watchPeers(libp2p: Libp2p): () => readonly ConnectedPeer[] {
  const said = new Map<string, Omit<ConnectedPeer, "peer">>();

  libp2p.addEventListener("peer:identify", ({ detail }) => {
    if (libp2p.getConnections(detail.peerId).length === 0) return;
    said.set(detail.peerId.toString(), {
      addresses: detail.listenAddrs.slice(0, MAX_ADDRESSES).map(String),
      server: detail.protocols.includes(DHT_PROTOCOL),
    });
  });
  libp2p.addEventListener("peer:disconnect", ({ detail }) => said.delete(detail.toString()));

  return () =>
    libp2p.getPeers().map((id) => {
      const peer = id.toString();
      return { peer, ...said.get(peer) ?? { addresses: [], server: false } };
    });
}
