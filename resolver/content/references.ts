import type { CID } from "multiformats/cid";
import type { KeyValueStore } from "../node/node.ts";

/** Which content feeds refer to, as far as this gateway has read them. */
export interface References {
  /** A feed was read that refers to these. */
  note(cids: Iterable<CID>): void;
  /** `cid` in its one form: version 1, base32. */
  has(cid: string): boolean;
}

/** Where references are kept. */
export interface ReferencesOptions {
  /** Where they outlive the process; null without a node. */
  readonly keyValues: KeyValueStore | null;
  /** How many are remembered: those that were noted last. */
  readonly limit?: number;
}

/** Some 2,000 feeds of 100 pictures. Measured: 115 bytes each in memory, 60 on the disk. */
const MAX_REFERENCES = 200_000;

/** A log: each entry has what was new in one feed, under the next number. */
const PREFIX = "references/";
const NUMBER_DIGITS = 16;
/** The log holds what is remembered, and at most as much again that is outdated. */
const LOG_SIZE = 2;

/** Remembers them, in memory and with a node on its disk too. */
export function createReferences(
  { keyValues, limit = MAX_REFERENCES }: ReferencesOptions,
): References {
  /** In the order in which they were noted last: a Set keeps the order of insertion. */
  const remembered = new Set<string>();
  /** The entries of the log, oldest first, and how many references each has. */
  const log = new Map<string, number>();
  let logged = 0;
  let next = 0;

  for (const [key, value] of keyValues?.entries(PREFIX) ?? []) {
    const texts = new TextDecoder().decode(value).split("\n");
    texts.forEach(remember);
    log.set(key, texts.length);
    logged += texts.length;
    next = Number(key.slice(PREFIX.length)) + 1;
  }

  function remember(text: string): void {
    remembered.delete(text);
    remembered.add(text);
    for (const oldest of remembered) {
      if (remembered.size <= limit) break;
      remembered.delete(oldest);
    }
  }

  function write(store: KeyValueStore, texts: readonly string[]): void {
    const key = PREFIX + String(next).padStart(NUMBER_DIGITS, "0");
    next += 1;
    store.put(key, new TextEncoder().encode(texts.join("\n")));
    log.set(key, texts.length);
    logged += texts.length;
  }

  /** The oldest entry goes; what of it is still remembered is written anew. */
  function shorten(store: KeyValueStore): void {
    const [oldest] = log;
    if (oldest === undefined) return;
    const [key, count] = oldest;
    const texts = new TextDecoder().decode(store.get(key) ?? new Uint8Array()).split("\n");
    store.delete(key);
    log.delete(key);
    logged -= count;
    const kept = texts.filter((text) => remembered.has(text));
    if (kept.length > 0) write(store, kept);
  }

  return {
    note(cids) {
      const fresh: string[] = [];
      for (const cid of cids) {
        const text = cid.toV1().toString();
        if (!remembered.has(text)) fresh.push(text);
        remember(text);
      }
      if (keyValues === null || fresh.length === 0) return;
      write(keyValues, fresh);
      // Twice as many as are remembered: at least half of the oldest entries are outdated.
      while (logged > LOG_SIZE * limit) shorten(keyValues);
    },
    has: (cid) => remembered.has(cid),
  };
}
