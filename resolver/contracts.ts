import type { CID } from "multiformats/cid";
import type { Identity } from "../schemas/identity.ts";
import type { Name } from "../schemas/name.ts";
import type { VerifiedPointer } from "../schemas/pointer.ts";
import type { Setting, Settings } from "../schemas/setting.ts";
import type { DnsClient } from "./dns/client.ts";
import type { PointerNetwork } from "./network/network.ts";
import type { Node } from "./node/node.ts";
import type { Outbound } from "./outbound/outbound.ts";
import type { PeerRecords } from "./peers/records.ts";

/** Every wait can be ended from outside. */
export interface Call {
  readonly signal: AbortSignal;
}

/** What a name system answered. */
export interface NameRecord {
  readonly identity: Identity;
  /** The rule that answered, e.g. `dns` for `_ourspace` TXT. */
  readonly via: string;
  /** True when a resolver that the operator trusts vouched for the answer with DNSSEC (AD bit). */
  readonly authenticated: boolean;
  /** How long the answer may be kept, seconds. */
  readonly ttlSeconds: number;
}

/** A way to turn a name into an identity. */
export interface NameSystem {
  readonly id: string;
  /** The kinds of names it is asked about. */
  readonly kinds: readonly Name["kind"][];
  /**
   * `null`: asked, and authoritatively told that there is no such record; the next system is asked.
   * Throws NameLookupError (could not ask, or the answer is bogus or ambiguous): nobody else is asked.
   */
  resolve(name: Name, call: Call): Promise<NameRecord | null>;
}

/** What one peer said to a source that asks many. */
export interface PeerAnswer {
  /** The peer's own name for itself, e.g. a libp2p peer id. */
  readonly peer: string;
  /** `none`: it knows no pointer; `refused`: what it gave did not pass verification. */
  readonly outcome: "pointer" | "none" | "refused" | "failed";
  /** The record it gave: a candidate. Only with `pointer`. */
  readonly bytes?: Uint8Array;
  /** From the question to the peer to its answer. */
  readonly milliseconds: number;
}

/** A question to a source. */
export interface FindCall extends Call {
  /** Told who answered what, by sources that ask many. For reports; nothing depends on it. */
  readonly onAnswer?: (answer: PeerAnswer) => void;
}

/** A place where pointers are gathered. What it yields are candidates: nothing of it is trusted. */
export interface PointerSource {
  readonly id: string;
  /**
   * Whose conduct is remembered (standing.ts), so that a walk asks less who fails or lies. `peer`: one
   * other machine, under the source's id. `peers`: several, each under its name in `onAnswer`. Without
   * it the source is always asked: this machine's own store, a network as a whole.
   */
  readonly asks?: "peer" | "peers";
  /**
   * Yields nothing: not known here. Throws RefusedByOperatorError when its operator, whom this one's
   * chose, does not serve it; anything else: failed, nothing can be concluded.
   */
  find(identity: Identity, call: FindCall): AsyncIterable<Uint8Array>;
  /**
   * Hands over a greater pointer to keep. Resolves with nothing when it is held there, or with the
   * bytes of the greater one that is held there instead: a candidate like those of `find`.
   */
  offer?(pointer: VerifiedPointer, call: Call): Promise<Uint8Array | undefined>;
}

/** A block as a source gives it: nothing of it is trusted, not even that the bytes are the CID's. */
export interface SourceBlock {
  readonly cid: CID;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** What is wanted of a DAG in one trip (IPFS Trustless Gateway specification, "CAR responses"). */
export interface DagRequest {
  readonly root: CID;
  /** What lies under the root, e.g. `feed.xml`; the blocks on the way to it are wanted too. */
  readonly path?: string;
  /** `entity`: the file, or the folder's own blocks; `all`: everything under it as well. */
  readonly scope: "entity" | "all";
  /** Of the file alone these bytes; `end` is exclusive, and without it the file's own. */
  readonly range?: { readonly start: number; readonly end?: number };
}

/** A place where IPFS blocks come from. Unverified: the one reader above them hashes every block. */
export interface BlockSource {
  readonly id: string;
  /** True for a place on this machine that costs nothing to ask: it is asked alone before the others. */
  readonly local?: boolean;
  /**
   * True for a place that holds only what its operator, who is this one's or chosen by them, wants to
   * serve. Content that no feed refers to is asked for there and nowhere else.
   */
  readonly near?: boolean;
  /**
   * `null`: not held there. Throws RefusedByOperatorError when the operator of a `near` one does not serve
   * it; anything else: failed.
   */
  get(cid: CID, call: Call): Promise<Uint8Array<ArrayBuffer> | null>;
  /**
   * Many blocks in one trip, as they come: in any order, perhaps some of them twice, or not at all, or
   * others beside them. `null`: nothing is held there, or it cannot be asked in this way. Throws: failed;
   * so may the iteration, in the middle.
   */
  dag?(request: DagRequest, call: Call): Promise<AsyncIterable<SourceBlock> | null>;
}

/** A body that is still on its way, as the other side described it. */
export interface OpenedLocation {
  /** Within the call's limits. Must be read or cancelled. */
  readonly body: ReadableStream<Uint8Array>;
  /** The media type that the other side claims, with its parameters; empty when it claims none. */
  readonly mediaType: string;
}

/** Whose content a location is asked for, and what it may cost. */
export interface LocationCall extends Call {
  /** A road that hides its reader keeps the wallets apart by it. */
  readonly identity: Identity;
  /** Reading more fails with an OutboundError `too-large`. */
  readonly maxBytes: number;
  /** For everything, up to the last byte. */
  readonly milliseconds: number;
}

/** A road to content that a pointer's location names. Unverified: the caller compares the hash. */
export interface Transport {
  readonly id: string;
  /** True when this transport can use the location (e.g. `.onion` hosts are Tor's). */
  accepts(location: string): boolean;
  /** Throws when the location does not deliver: the reason is for people and names no internals. */
  open(location: string, call: LocationCall): Promise<OpenedLocation>;
}

/** The clock, in milliseconds since 1970-01-01 UTC. */
export type Clock = () => number;

/** What a part is built from. Nothing else of the outside world is reached for. */
export interface PartContext {
  readonly settings: Settings;
  readonly outbound: Outbound;
  readonly dns: DnsClient;
  /** The embedded node, or null in a gateway without one. */
  readonly node: Node | null;
  /** The embedded node's place in the pointer network; null without one. */
  readonly network: PointerNetwork | null;
  /** What is known about other nodes. */
  readonly peerRecords: PeerRecords;
  readonly clock: Clock;
}

/**
 * One entry in a `mod.ts` list: a name system, source, transport or block source with its settings.
 * A part that is not configured creates nothing. Heavy libraries are imported inside `create`.
 */
export interface Part<T> {
  readonly id: string;
  readonly settings: readonly Setting<unknown>[];
  create(context: PartContext): Promise<readonly T[]>;
}
