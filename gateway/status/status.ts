import type { CID } from "multiformats/cid";
import type { BitswapCounters } from "../../resolver/bitswap/bitswap.ts";
import type { Clock } from "../../resolver/contracts.ts";
import type { FollowedFeed } from "../../resolver/keeping/followed_feed.ts";
import type {
  ConnectedPeer,
  NetworkStatus,
  PointerNetwork,
} from "../../resolver/network/network.ts";
import type { BlockUsage, Node } from "../../resolver/node/node.ts";
import { maxPointerBytesSetting, maxPointersSetting } from "../../resolver/node/settings.ts";
import type { PeersStatus } from "../../resolver/peers/start.ts";
import type { Settings } from "../../schemas/setting.ts";
import { onionUrlSetting } from "../config/onion_url.ts";
import { seeksOthers } from "./seeks_others.ts";

/** A node, as its operator sees it at one moment. */
export interface Status {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly now: number;
  /** Null for a gateway without a node. */
  readonly store: StoreStatus | null;
  /** Null for a gateway without a node. */
  readonly blocks: BlockUsage | null;
  /** Those who are followed, by how it is with what is kept of them; only what there is. */
  readonly followed: ReadonlyMap<FollowedFeed["state"], number>;
  /** Null for a gateway without a node, and where the network could not be opened. */
  readonly network: NetworkView | null;
  /** True when there are nodes that it can try to join. */
  readonly seeks: boolean;
  /** Null for a gateway without a node: it follows nobody. */
  readonly peers: PeersStatus | null;
  /** The onion service that leads here; null for none. */
  readonly onionUrl: string | null;
  /** What was reported since the start and needs the operator, e.g. a store that was damaged. */
  readonly warnings: readonly string[];
}

/** The pointers that are held, against what may be held. */
export interface StoreStatus {
  readonly pointers: number;
  readonly maxPointers: number;
  readonly bytes: number;
  readonly maxBytes: number;
}

/** The node's place in the network. */
export interface NetworkView {
  readonly peerId: string;
  readonly mode: PointerNetwork["mode"];
  readonly addresses: readonly string[];
  readonly connected: readonly ConnectedPeer[];
  readonly figures: NetworkStatus;
  /** Blocks given to others in the network, and taken from them. */
  readonly exchanged: BitswapCounters;
}

/** What goes on beside the routes, as far as they work with it. */
export interface Background {
  peers(): PeersStatus | null;
  /** Everybody who is followed. */
  followed(): readonly FollowedFeed[];
  /** As `Keeper.keeps`. */
  keeps(cid: CID): boolean;
  warnings(): readonly string[];
}

/** Of a gateway that only answers. */
export const NO_BACKGROUND: Background = {
  peers: () => null,
  followed: () => [],
  keeps: () => false,
  warnings: () => [],
};

/** Where a status is read from. */
export interface StatusParts {
  readonly settings: Settings;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly clock: Clock;
  readonly node: Node | null;
  readonly network: PointerNetwork | null;
  readonly background: Background;
}

/** Reads it; cheap enough for every request. */
export function readStatus(parts: StatusParts): Status {
  const { settings, startedAt, clock, node, network, background } = parts;
  return {
    startedAt,
    now: clock(),
    store: node === null ? null : {
      pointers: node.pointers.count(),
      maxPointers: settings.get(maxPointersSetting),
      bytes: node.pointers.bytes(),
      maxBytes: settings.get(maxPointerBytesSetting),
    },
    blocks: node?.blocks.usage() ?? null,
    followed: countStates(background.followed()),
    network: network === null ? null : {
      peerId: network.peerId,
      mode: network.mode,
      addresses: network.addresses(),
      connected: network.peers(),
      figures: network.status(),
      exchanged: network.content.counters(),
    },
    seeks: seeksOthers(settings, node),
    peers: background.peers(),
    onionUrl: settings.get(onionUrlSetting),
    warnings: background.warnings(),
  };
}

/** So many are followed in each state. */
export function countStates(feeds: readonly FollowedFeed[]): Map<FollowedFeed["state"], number> {
  const counts = new Map<FollowedFeed["state"], number>();
  for (const { state } of feeds) counts.set(state, (counts.get(state) ?? 0) + 1);
  return counts;
}
