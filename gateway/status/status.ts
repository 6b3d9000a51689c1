import type { Clock } from "../../resolver/contracts.ts";
import type {
  ConnectedPeer,
  NetworkStatus,
  PointerNetwork,
} from "../../resolver/network/network.ts";
import type { Node } from "../../resolver/node/node.ts";

/** A node, as its operator sees it at one moment. */
export interface Status {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly now: number;
  /** Null for a gateway without a node. */
  readonly store: StoreStatus | null;
  /** Null for a gateway without a node, and where the network could not be opened. */
  readonly network: NetworkView | null;
  /** The peers of the settings, in their order. */
  readonly peers: readonly PeerStatus[];
  /** Null while nothing speaks against this machine's clock. */
  readonly clock: ClockDoubt | null;
  /** What was reported since the start and needs the operator, e.g. a store that was damaged. */
  readonly warnings: readonly string[];
}

/** The pointers that are held. */
export interface StoreStatus {
  readonly pointers: number;
  readonly bytes: number;
}

/** The node's place in the network. */
export interface NetworkView {
  readonly peerId: string;
  readonly mode: PointerNetwork["mode"];
  readonly addresses: readonly string[];
  readonly connected: readonly ConnectedPeer[];
  readonly figures: NetworkStatus;
}

/** A peer that the operator chose. */
export interface PeerStatus {
  /** As strangers may read it (`peerName`). */
  readonly name: string;
  /** How it has behaved, for people. */
  readonly standing: string;
  /** Pointers taken from its change feed since the start. */
  readonly taken: number;
  /** True when its change feed has been read to the end. */
  readonly inStep: boolean;
}

/** What makes this machine's clock look wrong. */
export interface ClockDoubt {
  /** Ours minus theirs; positive when this machine's clock is ahead. */
  readonly offsetMilliseconds: number;
  /** How many peers say so. */
  readonly peers: number;
}

/** What goes on beside the routes, as far as it is to be seen. */
export interface Background {
  peers(): readonly PeerStatus[];
  clockDoubt(): ClockDoubt | null;
  warnings(): readonly string[];
}

/** Of a gateway that only answers. */
export const NO_BACKGROUND: Background = {
  peers: () => [],
  clockDoubt: () => null,
  warnings: () => [],
};

/** Where a status is read from. */
export interface StatusParts {
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly clock: Clock;
  readonly node: Node | null;
  readonly network: PointerNetwork | null;
  readonly background: Background;
}

/** Reads it; cheap enough for every request. */
export function readStatus(parts: StatusParts): Status {
  const { startedAt, clock, node, network, background } = parts;
  return {
    startedAt,
    now: clock(),
    store: node === null ? null : {
      pointers: node.pointers.count(),
      bytes: node.pointers.bytes(),
    },
    network: network === null ? null : {
      peerId: network.peerId,
      mode: network.mode,
      addresses: network.addresses(),
      connected: network.peers(),
      figures: network.status(),
    },
    peers: background.peers(),
    clock: background.clockDoubt(),
    warnings: background.warnings(),
  };
}
