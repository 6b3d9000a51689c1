import type { Libp2p, Peer } from "@libp2p/interface";
import { type ConnectedPeer, DHT_PROTOCOL } from "./network.ts";

/** Addresses of one peer that are shown. */
const MAX_ADDRESSES = 16;

/** What connected peers say of themselves, as libp2p hears it. */
export function watchPeers(libp2p: Libp2p): () => readonly ConnectedPeer[] {
  const said = new Map<string, Omit<ConnectedPeer, "peer">>();

  function note(peer: Peer): void {
    said.set(peer.id.toString(), {
      addresses: peer.addresses.slice(0, MAX_ADDRESSES).map(({ multiaddr }) => `${multiaddr}`),
      server: peer.protocols.includes(DHT_PROTOCOL),
    });
  }
  libp2p.addEventListener("peer:update", ({ detail }) => {
    const isConnected = libp2p.getConnections(detail.peer.id).length > 0;
    if (isConnected) note(detail.peer);
  });
  libp2p.addEventListener("peer:connect", ({ detail }) => {
    libp2p.peerStore.get(detail).then(note, () => {});
  });
  libp2p.addEventListener("peer:disconnect", ({ detail }) => said.delete(detail.toString()));

  return () =>
    libp2p.getPeers().map((id) => {
      const peer = id.toString();
      return { peer, ...said.get(peer) ?? { addresses: [], server: false } };
    });
}
