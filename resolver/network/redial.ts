import type { Peer, PeerId } from "@libp2p/interface";
import { type Multiaddr, multiaddr } from "@multiformats/multiaddr";
import { type Alarm, deadline } from "../deadline.ts";
import { withDialBudget } from "./dial_budget.ts";
import { DHT_PROTOCOL, REPLICATION } from "./network.ts";

/** Between two looks: this long, then twice as long each time up to the most. */
const FIRST_PAUSE_MILLISECONDS = 500;
const LONGEST_PAUSE_MILLISECONDS = 30_000;

/** When an entry point, or the last node, was lost. */
const RETURN_MILLISECONDS = 2_000;

const DIAL_MILLISECONDS = 5_000;

/** Of the peers met earlier, so many are tried at a time. */
const KNOWN_PEERS_AT_ONCE = 8;

/** As much of libp2p as this needs. */
export interface RedialHost {
  readonly peerId: PeerId;
  readonly peerStore: {
    all(query: { filters: ((peer: Peer) => boolean)[] }): Promise<readonly Pick<Peer, "id">[]>;
  };
  readonly services: {
    readonly dht: {
      getClosestPeers(key: Uint8Array, call: { signal: AbortSignal }): AsyncIterable<unknown>;
    };
  };
  getPeers(): readonly PeerId[];
  dial(
    target: Multiaddr | PeerId,
    call: { signal: AbortSignal },
  ): Promise<{ readonly remotePeer: PeerId }>;
  addEventListener(type: "peer:disconnect", listener: () => void): void;
  removeEventListener(type: "peer:disconnect", listener: () => void): void;
}

/**
 * Keeps this node in the network. The engine looks for its neighbours once when it starts, and again
 * after five minutes; on a busy machine that first look may find nobody. So, as long as few are known,
 * they are looked for here. And: entry points that are not connected are dialled again, and while
 * nobody is in the routing table the peers met earlier too. It never gives up. Returns the way to stop.
 */
export function keepConnected(
  { libp2p, routingTable, entries: written, alarm, random }: {
    libp2p: RedialHost;
    routingTable: () => number;
    /** Multiaddresses. */
    entries: readonly string[];
    alarm: Alarm;
    random: () => number;
  },
): () => void {
  const entries = written.map((address) => multiaddr(address));
  /** Who answered at an address that does not name its peer. */
  const found = new Map<string, PeerId>();
  const stopped = new AbortController();
  let pause = FIRST_PAUSE_MILLISECONDS;
  let cancel = () => {};
  let busy = false;

  function isConnected(entry: Multiaddr): boolean {
    const named = entry.getComponents().findLast(({ name }) => name === "p2p")?.value;
    const peer = named ?? found.get(entry.toString())?.toString();
    if (peer === undefined) return false;
    return peer === libp2p.peerId.toString() ||
      libp2p.getPeers().some((connected) => connected.toString() === peer);
  }

  async function dial(target: Multiaddr | PeerId): Promise<PeerId | null> {
    using limit = deadline(DIAL_MILLISECONDS, { parent: stopped.signal, alarm });
    return await libp2p.dial(target, { signal: limit.signal })
      .then((connection) => connection.remotePeer, () => null);
  }

  async function knownPeers(): Promise<readonly PeerId[]> {
    const peers = await libp2p.peerStore.all({
      filters: [(peer) => peer.protocols.includes(DHT_PROTOCOL) && peer.addresses.length > 0],
    });
    return peers.map(({ id }) => ({ id, order: random() }))
      .sort((a, b) => a.order - b.order)
      .slice(0, KNOWN_PEERS_AT_ONCE)
      .map(({ id }) => id);
  }

  async function meetNeighbours(): Promise<void> {
    using limit = deadline(DIAL_MILLISECONDS, { parent: stopped.signal, alarm });
    const { dht } = libp2p.services;
    const self = libp2p.peerId.toMultihash().bytes;
    const walk = () => dht.getClosestPeers(self, { signal: limit.signal });
    for await (const _event of withDialBudget(walk));
  }

  async function round(): Promise<void> {
    await Promise.all(
      entries.filter((entry) => !isConnected(entry)).map(async (entry) => {
        const peer = await dial(entry);
        if (peer !== null) found.set(entry.toString(), peer);
      }),
    );
    if (routingTable() === 0) await Promise.all((await knownPeers()).map(dial));
    if (routingTable() > 0 && routingTable() < REPLICATION) await meetNeighbours();
  }

  async function run(): Promise<void> {
    if (busy || stopped.signal.aborted) return;
    busy = true;
    cancel();
    // What fails now is tried again, and the longer it fails the less often.
    await round().catch(() => {});
    busy = false;
    if (stopped.signal.aborted) return;
    // Half of it is chance: nodes that lost the same entry point do not come back at the same moment.
    cancel = alarm(pause * (0.5 + random() / 2), run);
    pause = Math.min(2 * pause, LONGEST_PAUSE_MILLISECONDS);
  }

  /** Somebody left: a look soon, unless it has been in vain for a while. */
  const onDisconnect = () => {
    if (busy || routingTable() > 0 && entries.every(isConnected) || stopped.signal.aborted) return;
    cancel();
    cancel = alarm(Math.min(pause, RETURN_MILLISECONDS), run);
  };
  libp2p.addEventListener("peer:disconnect", onDisconnect);
  run();

  return () => {
    stopped.abort();
    cancel();
    libp2p.removeEventListener("peer:disconnect", onDisconnect);
  };
}
