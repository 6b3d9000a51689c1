import type { Identity } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call, PeerAnswer } from "../contracts.ts";
import type { RefusalReason } from "../errors.ts";
import type { ContentNetwork } from "./content_network.ts";

/** The DHT's own protocol: nobody else's Kademlia network is joined by mistake. */
export const DHT_PROTOCOL = "/ourspace/kad/1.0.0";

/** How many of the closest nodes hold a record (Kademlia's k). */
export const REPLICATION = 20;

/** The node's place in the pointer network: a member of the DHT. */
export interface PointerNetwork {
  readonly peerId: string;
  /** `client`: asks and puts, but is not asked, because nobody can reach it. */
  readonly mode: "server" | "client";
  /** Full multiaddresses (with `/p2p/…`), ready to be pasted into another node's `BOOTSTRAP`. */
  addresses(): readonly string[];
  /**
   * Asks the nodes closest to the identity's key, as they are found. Answers come in any order and
   * each peer answers once; records have passed the pointer's rules. Ends when the walk has ended;
   * ends at once, with no answer, when no peers are known. Nodes that turned out to hold an older
   * pointer are corrected afterwards. Throws the signal's reason; never for what peers do.
   */
  lookUp(identity: Identity, call: Call): AsyncIterable<PeerAnswer>;
  /** Hands a pointer to the nodes closest to its key. */
  put(pointer: VerifiedPointer, call: Call): Promise<NetworkPut>;
  /** Blocks, and who holds them. */
  readonly content: ContentNetwork;
  /**
   * Opens a connection to a node, for its address (with or without `/p2p/…`). `trusted`: the operator
   * named it, so that it may be private; otherwise it passes the rules for strangers' addresses.
   * Throws UnavailableError.
   */
  connect(address: string, options: Call & { readonly trusted: boolean }): Promise<void>;
  /** The peers connected now, each once. */
  peers(): readonly ConnectedPeer[];
  /** A WebSocket that somebody opened on the HTTP port: one more way in. */
  accept(socket: WebSocket, remote: { readonly hostname: string; readonly port: number }): void;
  status(): NetworkStatus;
  /**
   * Leaves the network. Closing twice is closing once. A process in which libp2p 3.3.11 has run a
   * protocol does not end by itself on Deno, stopped or not: a command ends its own (`Deno.exit`).
   */
  close(): Promise<void>;
}

/** A peer at the other end of a connection. */
export interface ConnectedPeer {
  readonly peer: string;
  /** Where it says that it can be reached. Nothing of it is trusted. */
  readonly addresses: readonly string[];
  /** True when it is a DHT server. */
  readonly server: boolean;
}

/** What became of a put. */
export interface NetworkPut {
  /** Nodes that confirmed it. */
  readonly confirmed: number;
  /** Nodes that were asked to hold it and did not confirm. */
  readonly failed: number;
  /** True when this node is itself among the closest: it should go on holding the record. */
  readonly among: boolean;
}

/** What there is to see of the network from here. Counters start with the process. */
export interface NetworkStatus {
  /** Peers connected now, whatever they speak. */
  readonly connections: number;
  /** Nodes in the routing table. */
  readonly routingTable: number;
  readonly lookUps: LookUpCounters;
  /** Puts of this node, re-puts included. */
  readonly puts: { readonly confirmed: number; readonly failed: number };
  /** Records that others sent and this node did not take. */
  readonly refused: ReadonlyMap<NetworkRefusal, number>;
  /** Messages that came in, by kind (`GET_VALUE`, `PUT_VALUE`, `FIND_NODE`, …). */
  readonly received: ReadonlyMap<string, number>;
}

/** How look-ups ended. `milliseconds` is the sum over all of them. */
export interface LookUpCounters {
  readonly found: number;
  readonly missing: number;
  readonly failed: number;
  readonly milliseconds: number;
}

/** Why a record was not taken: the pointer's rules, the network's own, or the operator's. */
export type NetworkRefusal =
  | RefusalReason
  | "older"
  | "rate-limited"
  | "full"
  | "operator-rules"
  | "unknown-key";
