import { BaseDatastore } from "datastore-core/base";
import { NotFoundError, type PeerId } from "@libp2p/interface";
import { Key, type KeyQuery, type Pair, type Query } from "interface-datastore";
import { type Alarm } from "../deadline.ts";
import type { KeyValueStore } from "../node/node.ts";
import { STORED_PEERS_PREFIX } from "./known_peers.ts";
import { messageFields } from "./message_fields.ts";

/** What libp2p knows of peers lies here (its peer store, `/peers/<peer>`). */
const PEERS = "/peers/";

/** Peers that are remembered; some 1 KB each, and never more than so many bytes. */
const MAX_PEERS = 2_000;
const MAX_PEER_BYTES = 16 * 1_024;

/** Which protocols the peer speaks, in what libp2p writes: only a peer itself says so. */
const PROTOCOLS_FIELD = 2;

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
 * it has met.
 */
export class PeerData extends BaseDatastore {
  /** In the order of their last change: the first is the one to forget. */
  readonly #values = new Map<string, Uint8Array>();
  readonly #heardOf = new Set<string>();
  readonly #changed = new Set<string>();
  /** libp2p notes of this node what it notes of others; a node that remembers itself has met nobody. */
  readonly #ownName: string;
  readonly #stored: KeyValueStore;
  readonly #alarm: Alarm;
  readonly #report: (problem: string) => void;
  #cancelWrite: (() => void) | null = null;
  #closed = false;

  constructor(
    { self, stored, alarm, report }: {
      self: PeerId;
      stored: KeyValueStore;
      alarm: Alarm;
      report: (problem: string) => void;
    },
  ) {
    super();
    this.#ownName = `${PEERS}${self.toCID()}`;
    this.#stored = stored;
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
    const value = this.#values.get(key.toString());
    if (value === undefined) throw new NotFoundError(`${key} is not held`);
    return value;
  }

  override has(key: Key): boolean {
    return this.#values.has(key.toString());
  }

  override delete(key: Key): void {
    this.#forget(key.toString());
  }

  override *_all({ prefix = "" }: Query): Generator<Pair> {
    for (const [key, value] of [...this.#values]) {
      if (key.startsWith(prefix)) yield { key: new Key(key), value };
    }
  }

  override *_allKeys({ prefix = "" }: KeyQuery): Generator<Key> {
    for (const key of [...this.#values.keys()]) if (key.startsWith(prefix)) yield new Key(key);
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

  #write(name: string): void {
    const value = this.#values.get(name);
    if (value === undefined) this.#stored.delete(STORED_PEERS_PREFIX + name);
    else this.#stored.put(STORED_PEERS_PREFIX + name, value);
  }

  #set(name: string, value: Uint8Array): void {
    this.#values.delete(name);
    this.#heardOf.delete(name);
    this.#values.set(name, value);
    if (name.startsWith(PEERS) && !hasMet(value)) this.#heardOf.add(name);
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

/** True when the peer has said of itself what it speaks. */
function hasMet(peer: Uint8Array): boolean {
  try {
    for (const { number } of messageFields(peer)) if (number === PROTOCOLS_FIELD) return true;
  } catch {
    // A damaged database; libp2p finds out by itself.
  }
  return false;
}
