import type { CID } from "multiformats/cid";
import type { Identity } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call } from "../contracts.ts";

/**
 * Who handed a pointer over: when the store is full, that decides whose pointers make room.
 * - `operator`: published or followed on this machine. Never evicted.
 * - `peer`: a peer that the operator chose.
 * - `stranger`: anybody else; `key` is what a sender is counted by (an address or a network of addresses).
 */
export type Sender =
  | { readonly kind: "operator" }
  | { readonly kind: "peer"; readonly key: string }
  | { readonly kind: "stranger"; readonly key: string };

/** What a store did with an offered pointer. */
export type PutOutcome =
  | { readonly kind: "stored" }
  /** The same text is held already; the bytes already held stay. */
  | { readonly kind: "same" }
  /** A greater one is held; these are its bytes. */
  | { readonly kind: "greater-held"; readonly bytes: Uint8Array<ArrayBuffer> }
  /** The store is full, and it is this sender's own pointers that would have to make room. */
  | { readonly kind: "full" }
  /** The operator's rules refuse whose it is. */
  | { readonly kind: "refused" };

/** A page of the change feed, ascending. */
export interface ChangePage {
  /** Where to go on; opaque to the reader. */
  readonly cursor: string;
  /** Wire forms. A replaced pointer appears once, at its latest place. */
  readonly pointers: readonly Uint8Array<ArrayBuffer>[];
}

/** The node's pointers: one greatest pointer an identity, durable before `put` returns. */
export interface PointerStore {
  get(identity: Identity): Uint8Array<ArrayBuffer> | null;
  /** One atomic statement: a lesser pointer never replaces a greater one. */
  put(pointer: VerifiedPointer, sender: Sender): PutOutcome;
  /**
   * Somebody asked for it: what is asked for is evicted last. `asker` is a key like a sender's; the
   * sender's own questions do not count. Kept in memory and written now and then.
   */
  asked(identity: Identity, asker: string): void;
  /** `null`: unknown cursor. Waits for a first change until the signal aborts (then: an empty page). */
  changes(since: string, limit: number, call: Call): Promise<ChangePage | null>;
  /** Called after a pointer was stored; returns the way to stop it. */
  onStored(listener: (pointer: VerifiedPointer, sender: Sender) => void): () => void;
  /** Whose pointers are wanted from here: the kept ones first, then those asked for last. */
  wanted(limit: number): readonly Identity[];
  /** How many identities' pointers are held. */
  count(): number;
  /** The bytes of all wire forms. */
  bytes(): number;
  /** When the network was last known to hold it (`refreshed`) and what is due, see `PutSchedule`. */
  readonly schedule: PutSchedule;
}

/** A held pointer that should be put into the network again. */
export interface DuePointer {
  readonly identity: Identity;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Published or followed here: never given up. */
  readonly kept: boolean;
  /** Milliseconds since 1970; 0 = never put. */
  readonly refreshedAt: number;
  /** When somebody last asked for it, milliseconds since 1970; 0 = never. */
  readonly askedAt: number;
}

/** When held pointers go into the network again; survives a restart. */
export interface PutSchedule {
  /**
   * Those whose turn has come: first those that were never put, the latest first, so that a new one
   * does not wait behind what gathered meanwhile; then the longest overdue.
   */
  due(now: number, limit: number): readonly DuePointer[];
  /** When the next one is due, milliseconds since 1970; null when nothing is held. */
  nextDueAt(): number | null;
  /**
   * The network was seen to hold this text (or was just given it), or could not be asked: its next
   * turn is at `dueAt`. `refreshedAt` stays as it is unless given.
   */
  postpone(identity: Identity, dueAt: number, refreshedAt?: number): void;
  /**
   * Somebody else was seen to put it at `now`: a second put is not needed before `dueAt`. Kept ones
   * take their turn all the same, so that nobody can keep everybody from it with puts to the holders alone.
   */
  leaveToOthers(identity: Identity, dueAt: number, now: number): void;
  /** Sweeps one that others look after; false when it changed since, or is kept. */
  drop(due: DuePointer): boolean;
}

/**
 * Small things that outlive the process: the peers met, a port. In the pointers' database. A key with
 * `/cursor/` in it is a place in another node's change feed: it is forgotten when the database was
 * damaged, so that what was lost is read again.
 */
export interface KeyValueStore {
  get(key: string): Uint8Array<ArrayBuffer> | null;
  put(key: string, value: Uint8Array): void;
  delete(key: string): void;
  /** Keys that begin with `prefix`, in order. */
  entries(prefix: string): Iterable<readonly [key: string, value: Uint8Array<ArrayBuffer>]>;
}

/** The node's blocks, durable before `put` resolves. Holds only blocks whose hash was checked. */
export interface BlockStore {
  get(cid: CID): Promise<Uint8Array<ArrayBuffer> | null>;
  has(cid: CID): Promise<boolean>;
  /** Checks the hash; throws ContentWrongError when it differs. */
  put(cid: CID, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** The long-running peer. One process holds a data folder at a time. */
export interface Node {
  readonly pointers: PointerStore;
  readonly blocks: BlockStore;
  readonly keyValues: KeyValueStore;
  /** The node's own folder: the network's key lies there. */
  readonly dataDir: string;
  /** What admin requests must carry (`Authorization: Bearer …`); lies in the data folder, owner-only. */
  readonly adminToken: string;
  /** Tells other processes of this machine (`publish`) where the node answers, e.g. `http://127.0.0.1:8000`. */
  announce(url: string): Promise<void>;
  /** Ends the long polls and frees the data folder. Closing twice is closing once. */
  close(): Promise<void>;
}
