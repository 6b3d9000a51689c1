import type { PeerId } from "@libp2p/interface";
import type { CID } from "multiformats/cid";
import type { BitswapCounters, BitswapOptions } from "../bitswap/bitswap.ts";
import { createBlockSearch } from "../bitswap/search.ts";
import type { Call, Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import { UnavailableError } from "../errors.ts";
import { createRateLimit } from "../rate_limit.ts";
import { createStandings, type Standings } from "../standing.ts";
import type { Provider } from "./ask_providers.ts";
import { createContentRouting } from "./content_routing.ts";
import type { DialRules } from "./dial_rules.ts";
import type { Host } from "./libp2p_host.ts";
import type { NetworkPut } from "./network.ts";
import type { ProviderRecords } from "./provider_records.ts";
import type { NetworkTimes } from "./times.ts";

/** Blocks that nobody wanted, from one peer: some come late or twice; more are forged. */
const UNASKED = { burst: 8, perSecond: 1 / 10 };
const MAX_SENDERS = 4_096;

/** Content in the network: blocks given and taken by bitswap, and who says in the DHT that it holds what. */
export interface ContentNetwork {
  /**
   * A block from whoever holds it: connected peers, and those who are said to provide it. Not verified.
   * Null: everybody who could be asked says that it is not there. Throws UnavailableError when nobody
   * said so, OutboundError (`too-large`), and the signal's reason.
   */
  block(cid: CID, call: Call): Promise<Uint8Array<ArrayBuffer> | null>;
  /** The peers that say, asked now, that they hold a block: each once, this node never. */
  holders(cid: CID, call: Call): AsyncIterable<string>;
  /** Tells the nodes closest to the CID that this node holds it. What they say to it is not known. */
  provide(cid: CID, call: Call): Promise<NetworkPut>;
  counters(): BitswapCounters;
}

/** What the host is given for it before it starts. */
export interface ContentBeginnings {
  readonly standings: Standings;
  /** Hears of blocks that nobody wanted. */
  readonly onUnasked: BitswapOptions["onUnasked"];
}

/** Whom it pays to ask for content. Whoever goes on sending what nobody wanted is left alone. */
export function beginContent(clock: Clock): ContentBeginnings {
  const standings = createStandings({ clock });
  const unasked = createRateLimit(UNASKED, { clock, maxKeys: MAX_SENDERS });
  return {
    standings,
    onUnasked(peer) {
      const name = peer.toString();
      if (unasked.take(name) > 0) standings.note(name, "lied");
    },
  };
}

export function createContentNetwork(
  { host, records, dialRules, standings, times, clock, alarm }: {
    host: Pick<Host, "libp2p">;
    records: ProviderRecords;
    dialRules: DialRules;
    standings: Standings;
    times: NetworkTimes;
    clock: Clock;
    alarm: Alarm;
  },
): ContentNetwork {
  const { libp2p } = host;
  const { bitswap } = libp2p.services;
  const routing = createContentRouting({ host, records, times, alarm });

  async function connect({ peer, addresses }: Provider, { signal }: Call): Promise<void> {
    if (libp2p.getConnections(peer).length > 0) return;
    const allowed = addresses.filter((address) => dialRules.mayKeep(address))
      .map((address) => namesPeer(address, peer) ? address : address.encapsulate(`/p2p/${peer}`));
    // Without an address libp2p would walk through the DHT for it: one answer can name 20 such peers.
    if (allowed.length === 0 && !await isKnown(peer)) {
      throw new UnavailableError("Nobody says where the peer is.");
    }
    await libp2p.dial(allowed.length === 0 ? peer : allowed, { signal });
  }

  async function isKnown(peer: PeerId): Promise<boolean> {
    const { addresses } = await libp2p.peerStore.get(peer).catch(() => ({ addresses: [] }));
    return addresses.length > 0;
  }

  const search = createBlockSearch({
    bitswap,
    providers: routing.providers,
    connect,
    standings,
    times,
    clock,
    alarm,
  });

  return {
    block: search.block,
    async *holders(cid, call) {
      for await (const peer of search.holders(cid, call)) yield peer.toString();
    },
    provide: routing.provide,
    counters: bitswap.counters,
  };
}

function namesPeer(address: Provider["addresses"][number], peer: PeerId): boolean {
  const named = address.getComponents().findLast(({ name }) => name === "p2p")?.value;
  return named === peer.toString();
}
