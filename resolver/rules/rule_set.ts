import { sha256 } from "@noble/hashes/sha2.js";
import { base58btc } from "multiformats/bases/base58";
import type { CID } from "multiformats/cid";
import type { Rule } from "./rule.ts";

/** What a list says of something: the last line that means it decides. */
export type Verdict = "listed" | "excepted" | "unlisted";

/**
 * The rules of one list. Measured with 500,000 double hashes: 39 MB, and 10 to 20 µs for an answer,
 * nearly all of it for the two hashes; a list without double hashes answers in less than 1 µs.
 */
export interface RuleSet {
  /** How many lines are in it. */
  readonly size: number;
  /** The last line added counts most. */
  add(rule: Rule): void;
  /** `key` as `accountKey` and `domainKey` give it. */
  verdictOnName(key: string): Verdict;
  /** The path is decoded, without slashes at its ends. */
  verdictOnPath(root: CID, path: string): Verdict;
  /** Of the block itself. A list that makes exceptions below a CID wants its block to be read. */
  verdictOnBlock(cid: CID): Verdict;
}

/** The number of the line; negative for an exception. */
type Place = number;

/** Bytes as a string that a Map can compare: one character each. Spreading them takes three times as long. */
const keyOf = (bytes: Uint8Array): string => Reflect.apply(String.fromCharCode, null, bytes);

const UTF8 = new TextEncoder();

/** Nothing is in it yet. */
export function createRuleSet(): RuleSet {
  let size = 0;
  const names = new Map<string, Place>();
  /** By multihash, and the exact path behind a slash. A multihash tells its own length. */
  const exact = new Map<string, Place>();
  const prefixes = new Map<string, Place>();
  /** How long the prefixes below a multihash are: only so many need looking up. */
  const prefixLengths = new Map<string, Set<number>>();
  /** Multihashes below which something is excepted. */
  const excepted = new Set<string>();
  const hashes = new Map<string, Place>();

  function addContent(multihash: string, path: string, prefix: boolean, place: Place): void {
    if (place < 0 && path !== "") excepted.add(multihash);
    if (!prefix) {
      exact.set(path === "" ? multihash : `${multihash}/${path}`, place);
      return;
    }
    prefixes.set(`${multihash}/${path}`, place);
    const lengths = prefixLengths.get(multihash) ?? new Set();
    prefixLengths.set(multihash, lengths.add(path.length));
  }

  const hashedPlaces = (...texts: string[]) =>
    texts.map((text) => hashes.get(keyOf(sha256(UTF8.encode(text)))));

  /** list_format.md, "Double hashes": by multihash, and by the very CID. */
  function hashedContent(cid: CID, path: string): (Place | undefined)[] {
    if (hashes.size === 0) return [];
    const below = path === "" ? "" : `/${path}`;
    return hashedPlaces(
      base58btc.baseEncode(cid.multihash.bytes) + below,
      `${cid.toV1()}/${path}`,
    );
  }

  return {
    get size() {
      return size;
    },

    add({ subject, exception }) {
      size += 1;
      const place = exception ? -size : size;
      switch (subject.kind) {
        case "name":
          return void names.set(subject.key, place);
        case "hash":
          return void hashes.set(keyOf(subject.digest), place);
        case "content":
          return addContent(keyOf(subject.multihash), subject.path, subject.prefix, place);
      }
    },

    verdictOnName(key) {
      const hashed = hashes.size === 0
        ? []
        : hashedPlaces(key, `${key.replace(/^\/[a-z]+\//, "")}/`);
      return verdict([names.get(key), ...hashed]);
    },

    verdictOnPath(root, path) {
      const multihash = keyOf(root.multihash.bytes);
      const places = [exact.get(path === "" ? multihash : `${multihash}/${path}`)];
      for (const length of prefixLengths.get(multihash) ?? []) {
        if (length > path.length) continue;
        places.push(prefixes.get(`${multihash}/${path.slice(0, length)}`));
      }
      return verdict([...places, ...hashedContent(root, path)]);
    },

    verdictOnBlock(cid) {
      const multihash = keyOf(cid.multihash.bytes);
      const everything = excepted.has(multihash) ? undefined : prefixes.get(`${multihash}/`);
      return verdict([exact.get(multihash), everything, ...hashedContent(cid, "")]);
    },
  };
}

function verdict(places: readonly (Place | undefined)[]): Verdict {
  let last = 0;
  for (const place of places) {
    if (place !== undefined && Math.abs(place) > Math.abs(last)) last = place;
  }
  if (last === 0) return "unlisted";
  return last > 0 ? "listed" : "excepted";
}
