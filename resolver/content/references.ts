import type { CID } from "multiformats/cid";
import { type Identity, identityKey, parseIdentity } from "../../schemas/identity.ts";
import type { KeyValueStore } from "../node/node.ts";
import { unlessUnavailable } from "../node/unless_unavailable.ts";
import { NO_RULES, type OperatorRules } from "../rules/operator_rules.ts";

/**
 * What is known of content. `referred`: a feed refers to it that is served here. `refused`: feeds refer
 * to it, whose accounts the rules deny. `unknown`: no feed does that was read here and is still served.
 */
export type ReferenceState = "referred" | "refused" | "unknown";

/** Which content feeds refer to, and whose, as far as this gateway has read them. */
export interface References {
  /** A feed of this account was read, as the rules allow, that refers to these. */
  note(identity: Identity, cids: Iterable<CID>): void;
  /** Whether a feed of this account was noted that refers to it; `cid` as in `stateOf`. */
  isNoted(identity: Identity, cid: string): boolean;
  /** As the rules are now. `cid` in its one form: version 1, base32. */
  stateOf(cid: string): ReferenceState;
}

/** Where references are kept. */
export interface ReferencesOptions {
  /** Where they outlive the process; null without a node. */
  readonly keyValues: KeyValueStore | null;
  /** None unless given. */
  readonly rules?: OperatorRules;
  /** How many are remembered. */
  readonly limit?: number;
}

/** Some 2,000 feeds of 100 pictures. Measured: 250 bytes each in memory, 60 on the disk. */
const MAX_REFERENCES = 200_000;

/** One entry for what was new in a feed, under the next number: whose it is, then each CID on a line. */
const PREFIX = "references/";
const NUMBER_DIGITS = 16;

/** As `identityKey` writes an account. */
const ACCOUNT = /^(?:eip155:\d+:)?0x[0-9a-f]{40}$/;

/** That a feed of somebody refers to some content. */
interface Mention {
  /** The account, as `identityKey` writes it. */
  readonly by: string;
  /** Whether it was noted again, or asked for and refused, since it was written. */
  again: boolean;
  /** Which rules allowed the feed to be read: those in force count up from 1; 0 is an earlier process. */
  round: number;
  /** Another account's mention of the same content. Nearly all have none: an array costs twice as much. */
  other: Mention | null;
}

/** What is written together. */
interface Entry {
  readonly by: string;
  readonly texts: readonly string[];
}

/**
 * Remembers them, in memory and with a node on its disk too. When there are too many, the oldest entry
 * goes, but for what was noted again since: that is written anew (the page replacement called "second
 * chance").
 */
export function createReferences(options: ReferencesOptions): References {
  const { keyValues, rules = NO_RULES, limit = MAX_REFERENCES } = options;
  const mentions = new Map<string, Mention>();
  /** Oldest first: a Map keeps the order of insertion. */
  const entries = new Map<string, Entry>();
  let count = 0;
  let next = 0;
  let round = 1;
  rules.onChange(() => round += 1);

  for (const [key, value] of keyValues?.entries(PREFIX) ?? []) {
    const entry = decode(value);
    next = Number(key.slice(PREFIX.length)) + 1;
    if (entry === null) {
      store((keyValues) => keyValues.delete(key));
      continue;
    }
    // A process that was killed while it wrote some anew has left them in two entries.
    const { by } = entry;
    const texts = entry.texts.filter((text) => find(by, text) === null);
    for (const text of texts) remember(text, by, 0);
    entries.set(key, { by, texts });
  }

  function find(by: string, text: string): Mention | null {
    let mention = mentions.get(text) ?? null;
    while (mention !== null && mention.by !== by) mention = mention.other;
    return mention;
  }

  function all(text: string): Mention[] {
    const found: Mention[] = [];
    for (let one = mentions.get(text) ?? null; one !== null; one = one.other) found.push(one);
    return found;
  }

  function remember(text: string, by: string, round: number): void {
    mentions.set(text, { by, again: false, round, other: mentions.get(text) ?? null });
    count += 1;
  }

  function forget(by: string, text: string): void {
    let others: Mention | null = null;
    for (const mention of all(text)) {
      if (mention.by === by) continue;
      mention.other = others;
      others = mention;
    }
    if (others === null) mentions.delete(text);
    else mentions.set(text, others);
    count -= 1;
  }

  /** What a full or broken disk does not take is remembered as long as the process runs. */
  function store(work: (keyValues: KeyValueStore) => void): void {
    if (keyValues !== null) unlessUnavailable(() => work(keyValues));
  }

  function write(entry: Entry): void {
    const key = PREFIX + String(next).padStart(NUMBER_DIGITS, "0");
    next += 1;
    entries.set(key, entry);
    store((keyValues) => keyValues.put(key, encode(entry)));
  }

  function makeRoom(): void {
    for (const [key, { by, texts }] of entries) {
      if (count <= limit) return;
      const kept = texts.filter((text) => {
        const mention = find(by, text);
        const isKept = mention?.again === true;
        if (mention !== null) mention.again = false;
        if (!isKept) forget(by, text);
        return isKept;
      });
      if (kept.length > 0) write({ by, texts: kept });
      entries.delete(key);
      store((keyValues) => keyValues.delete(key));
    }
  }

  /**
   * A wallet may be served by no rule of its own, but by that of a domain which leads to it: then its feed
   * has to be read again under the rules in force.
   */
  function isServed({ by, round: noted }: Mention): boolean {
    if (rules === NO_RULES) return true;
    const identity = parseIdentity(by);
    return !rules.refusesIdentity(identity) ||
      (noted === round && !rules.refusesBehindName(identity));
  }

  return {
    note(identity, cids) {
      const by = identityKey(identity);
      const fresh: string[] = [];
      for (const cid of cids) {
        const text = cid.toV1().toString();
        const known = find(by, text);
        if (known === null) {
          remember(text, by, round);
          fresh.push(text);
        } else {
          known.again = true;
          known.round = round;
        }
      }
      if (fresh.length === 0) return;
      write({ by, texts: fresh });
      makeRoom();
    },

    isNoted: (identity, cid) => find(identityKey(identity), cid) !== null,

    stateOf(cid) {
      const known = all(cid);
      if (known.some(isServed)) return "referred";
      const denied = known.filter(({ by }) => rules.refusesBehindName(parseIdentity(by)));
      // What is asked for goes on being refused: forgotten, it would be content like any other.
      for (const mention of denied) mention.again = true;
      return denied.length > 0 ? "refused" : "unknown";
    },
  };
}

function encode({ by, texts }: Entry): Uint8Array {
  return new TextEncoder().encode([by, ...texts].join("\n"));
}

/** Null for an entry of an earlier version, which does not say whose feed it was. */
function decode(value: Uint8Array): Entry | null {
  const [by = "", ...texts] = new TextDecoder().decode(value).split("\n");
  return ACCOUNT.test(by) ? { by, texts } : null;
}
