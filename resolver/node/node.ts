import type { CID } from "multiformats/cid";
import type { Identity } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call } from "../contracts.ts";
import type { FollowList } from "../keeping/follow_list.ts";

/**
 * Who handed a pointer over: when the store is full, that decides whose pointers make room.
 * - `operator`: published on this machine. Never evicted.
 * - `followed`: of somebody who is followed on this machine. Never evicted either.
 * - `peer`: a peer that the operator chose.
 * - `stranger`: anybody else; `key` is what a sender is counted by (an address or a network of addresses).
 */
export type Sender =
  | { readonly kind: "operator" }
  | { readonly kind: "followed" }
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
  /** Those that are never evicted. */
  kept(): readonly KeptPointer[];
  /** Nobody follows it here any longer: like one that was asked for just now. A published one stays kept. */
  unfollow(identity: Identity): void;
  /** How many identities' pointers are held. */
  count(): number;
  /** The bytes of all wire forms. */
  bytes(): number;
  /** When the network was last known to hold it (`refreshed`) and what is due, see `PutSchedule`. */
  readonly schedule: PutSchedule;
}

/** A pointer that is never evicted. */
export interface KeptPointer {
  readonly identity: Identity;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Published on this machine; else it is followed. */
  readonly published: boolean;
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
  /** All that the work puts and deletes waits for the disk once, and is there as a whole or not at all. */
  together(work: () => void): void;
  /** Keys that begin with `prefix`, in order. */
  entries(prefix: string): Iterable<readonly [key: string, value: Uint8Array<ArrayBuffer>]>;
}

/** The node's blocks, durable before `put` resolves. Holds only blocks whose hash was checked. */
export interface BlockStore {
  get(cid: CID): Promise<Uint8Array<ArrayBuffer> | null>;
  has(cid: CID): Promise<boolean>;
  /** Checks the hash; throws ContentWrongError when it differs, and NoRoomError. */
  put(cid: CID, bytes: Uint8Array<ArrayBuffer>): Promise<void>;
}

/** Blocks within a quota: those that were not used for longest make room, unless they are pinned. */
export interface PinningBlockStore extends BlockStore {
  /** With a root the block is pinned as a part of its content before it is written. */
  put(cid: CID, bytes: Uint8Array<ArrayBuffer>, root?: CID): Promise<void>;
  /**
   * Pins a block that is here and undamaged, and makes it durable. False: it is not here; it stays when it
   * comes.
   */
  pin(cid: CID, root: CID): Promise<boolean>;
  readonly pins: Pins;
  /** What a block takes on the disk; null: it is not known to be there. */
  size(cid: CID): number | null;
  usage(): BlockUsage;
  /**
   * When the folder has been compared with the index, after an end that was not orderly. Never rejects.
   */
  readonly scanned: Promise<void>;
}

/**
 * Which blocks are never evicted, by the root of the content that they are a part of. They are lost with
 * the index of blocks: whoever pins knows the roots, and walks them again.
 */
export interface Pins {
  /** From now on the block stays; one that is not held, as soon as it comes. */
  add(root: CID, cid: CID): void;
  /** The whole content is pinned and held. Undone when one of its blocks turns out to be damaged. */
  complete(root: CID): void;
  isComplete(root: CID): boolean;
  /** The contents that the block is pinned as a part of. */
  rootsOf(cid: CID): readonly CID[];
  /** Lets the content go, but for what another root holds too. Resumed after a kill. */
  release(root: CID): Promise<void>;
  all(): readonly PinnedRoot[];
  /** What was pinned until now is so after a power cut too: some milliseconds. */
  sync(): void;
  /**
   * All that is to be kept has been pinned again. After the index was lost nothing is evicted before
   * that, because nobody knows what is pinned.
   */
  settle(): void;
}

/** Content that is pinned, whole or as far as it has come. */
export interface PinnedRoot {
  readonly root: CID;
  readonly complete: boolean;
  /** When its first block was pinned, milliseconds since 1970. */
  readonly since: number;
}

/** What the blocks take, and may take. Bytes are counted as they lie on the disk, in whole 4 KiB. */
export interface BlockUsage {
  readonly blocks: number;
  readonly bytes: number;
  readonly maxBytes: number;
  readonly pinnedBytes: number;
  /** Blocks that made room since the start. */
  readonly evicted: number;
}

/** The long-running peer. One process holds a data folder at a time. */
export interface Node {
  readonly pointers: PointerStore;
  readonly blocks: PinningBlockStore;
  readonly keyValues: KeyValueStore;
  /** Whom this node follows. */
  readonly follows: FollowList;
  /** The node's own folder: the network's key lies there. */
  readonly dataDir: string;
  /** What admin requests must carry (`Authorization: Bearer …`); lies in the data folder, owner-only. */
  readonly adminToken: string;
  /** Tells other processes of this machine (`publish`) where the node answers, e.g. `http://127.0.0.1:8000`. */
  announce(url: string): Promise<void>;
  /** Ends the long polls and frees the data folder. Closing twice is closing once. */
  close(): Promise<void>;
}
