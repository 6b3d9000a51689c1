import { BaseDatastore } from "datastore-core/base";
import { NotFoundError, type PeerId } from "@libp2p/interface";
import { Key, type KeyQuery, type Pair, type Query } from "interface-datastore";
import type { Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import type { KeyValueStore } from "../node/node.ts";
import { messageFields } from "../protobuf/read_fields.ts";
import { STORED_PEERS_PREFIX } from "./known_peers.ts";

/** What libp2p knows of peers lies here (its peer store, `/peers/<peer>`). */
const PEERS = "/peers/";

/** Peers that are remembered; some 1 KB each, and never more than so many bytes. */
const MAX_PEERS = 2_000;
const MAX_PEER_BYTES = 16 * 1_024;

/** In what libp2p writes of a peer: which protocols it speaks, as only itself says, and when it was written. */
const PROTOCOLS_FIELD = 2;
const UPDATED_FIELD = 8;

/** Where a peer was met last may be true for a week, and is worth a try after a long pause. */
const PEER_AGE_MILLISECONDS = 7 * 24 * 60 * 60 * 1_000;

/**
 * What libp2p's peer store is told, because it is told here how long a peer is remembered. It ages every
 * address by itself (@libp2p/peer-store 12.0.28): by when it first saw it, however often it sees it
 * again. After that time a peer that never left has no address left, and nobody is told where it is.
 */
export const PEER_STORE_AGES = { maxAddressAge: Infinity, maxPeerAge: Infinity } as const;

/**
 * What is known of a peer changes several times while a connection is opened, and losing a moment of
 * it costs nothing: it is written together, this long after the first change, or after so many.
 * Milliseconds. Each by itself would wait for the disk, and an answer can name 24 that nobody knew.
 */
const WRITE_AFTER_MILLISECONDS = 5_000;
const CHANGED_MAX = 1_000;

/**
 * libp2p's own data: in memory, and what concerns other peers also in the node's database. Peers that were
 * only heard of make room first: who names thousands of them does not make this node forget those that
 * it has met. Who was not heard of for a week is forgotten.
 */
export class PeerData extends BaseDatastore {
  /** In the order of their last change: the first is the one to forget. */
  readonly #values = new Map<string, Uint8Array>();
  readonly #heardOf = new Set<string>();
  readonly #changed = new Set<string>();
  /** libp2p notes of this node what it notes of others; a node that remembers itself has met nobody. */
  readonly #ownName: string;
  readonly #stored: KeyValueStore;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #report: (problem: string) => void;
  #cancelWrite: (() => void) | null = null;
  #closed = false;

  constructor(
    { self, stored, clock, alarm, report }: {
      self: PeerId;
      stored: KeyValueStore;
      /** The one by which libp2p notes times. */
      clock: Clock;
      alarm: Alarm;
      report: (problem: string) => void;
    },
  ) {
    super();
    this.#ownName = `${PEERS}${self.toCID()}`;
    this.#stored = stored;
    this.#clock = clock;
    this.#alarm = alarm;
    this.#report = report;
    for (const [key, value] of stored.entries(STORED_PEERS_PREFIX)) {
      this.#set(key.slice(STORED_PEERS_PREFIX.length), value);
    }
  }

  override put(key: Key, value: Uint8Array): Key {
    const name = key.toString();
    // Others may add addresses to it for ever: what is known already stays.
    if (value.length > MAX_PEER_BYTES) return key;
    this.#set(name, value);
    this.#touch(name);
    if (this.#values.size <= MAX_PEERS) return key;
    const [oldest] = this.#heardOf.size > 0 ? this.#heardOf : this.#values.keys();
    if (oldest !== undefined) this.#forget(oldest);
    return key;
  }

  override get(key: Key): Uint8Array {
    const value = this.#current(key.toString());
    if (value === undefined) throw new NotFoundError(`${key} is not held`);
    return value;
  }

  override has(key: Key): boolean {
    return this.#current(key.toString()) !== undefined;
  }

  override delete(key: Key): void {
    this.#forget(key.toString());
  }

  override *_all({ prefix = "" }: Query): Generator<Pair> {
    for (const name of [...this.#values.keys()]) {
      const value = name.startsWith(prefix) ? this.#current(name) : undefined;
      if (value !== undefined) yield { key: new Key(name), value };
    }
  }

  override *_allKeys(query: KeyQuery): Generator<Key> {
    for (const { key } of this._all({ ...query, filters: [], orders: [] })) yield key;
  }

  /** Writes what has changed for the last time: libp2p still notes things after it has stopped. */
  close(): void {
    this.#flush();
    this.#closed = true;
  }

  #flush(): void {
    this.#cancelWrite?.();
    this.#cancelWrite = null;
    const changed = [...this.#changed];
    this.#changed.clear();
    try {
      this.#stored.together(() => changed.forEach((name) => this.#write(name)));
    } catch {
      this.#report("The peers that the node met could not be remembered.");
    }
  }

  /** What is held; a peer whose time is over goes now. */
  #current(name: string): Uint8Array | undefined {
    const value = this.#values.get(name);
    const isPeer = name.startsWith(PEERS) && name !== this.#ownName;
    if (value === undefined || !isPeer) return value;
    if (notedOf(value).updatedAt >= this.#clock() - PEER_AGE_MILLISECONDS) return value;
    this.#forget(name);
    return undefined;
  }

  #write(name: string): void {
    const value = this.#values.get(name);
    if (value === undefined) this.#stored.delete(STORED_PEERS_PREFIX + name);
    else this.#stored.put(STORED_PEERS_PREFIX + name, value);
  }

  #set(name: string, value: Uint8Array): void {
    this.#values.delete(name);
    this.#heardOf.delete(name);
    this.#values.set(name, value);
    if (name.startsWith(PEERS) && !notedOf(value).hasMet) this.#heardOf.add(name);
  }

  #forget(name: string): void {
    this.#heardOf.delete(name);
    if (this.#values.delete(name)) this.#touch(name);
  }

  #touch(name: string): void {
    if (this.#closed || !name.startsWith(PEERS) || name === this.#ownName) return;
    this.#changed.add(name);
    if (this.#changed.size >= CHANGED_MAX) this.#flush();
    else this.#cancelWrite ??= this.#alarm(WRITE_AFTER_MILLISECONDS, () => this.#flush());
  }
}

/** What libp2p has noted of a peer, as far as it matters here. */
function notedOf(peer: Uint8Array): { readonly hasMet: boolean; readonly updatedAt: number } {
  let hasMet = false;
  let updatedAt = Infinity;
  try {
    for (const { number, value } of messageFields(peer)) {
      if (number === PROTOCOLS_FIELD) hasMet = true;
      if (number === UPDATED_FIELD) updatedAt = value;
    }
  } catch {
    // A damaged database; libp2p finds out by itself.
  }
  return { hasMet, updatedAt };
}
