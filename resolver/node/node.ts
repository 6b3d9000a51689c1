import type { CID } from "multiformats/cid";
import type { Identity } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call } from "../contracts.ts";

/** What a store did with an offered pointer. */
export type PutOutcome =
  | { readonly kind: "stored" }
  /** The same text is held already; the bytes already held stay. */
  | { readonly kind: "same" }
  /** A greater one is held; these are its bytes. */
  | { readonly kind: "greater-held"; readonly bytes: Uint8Array<ArrayBuffer> };

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
  put(pointer: VerifiedPointer): PutOutcome;
  /** `null`: unknown cursor. Waits for a first change until the signal aborts (then: an empty page). */
  changes(since: string, limit: number, call: Call): Promise<ChangePage | null>;
  /** Called after a pointer was stored; returns the way to stop it. */
  onStored(listener: (pointer: VerifiedPointer) => void): () => void;
  count(): number;
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
  /** What admin requests must carry (`Authorization: Bearer …`); lies in the data folder, owner-only. */
  readonly adminToken: string;
  /** Tells other processes of this machine (`publish`) where the node answers, e.g. `http://127.0.0.1:8000`. */
  announce(url: string): Promise<void>;
  /** Ends the long polls and frees the data folder. Closing twice is closing once. */
  close(): Promise<void>;
}
