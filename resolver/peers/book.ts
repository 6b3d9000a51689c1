import type { Clock } from "../contracts.ts";
import type { KeyValueStore } from "../node/node.ts";
import { unlessUnavailable } from "../node/unless_unavailable.ts";
import type { AddressRanges } from "../outbound/address_ranges.ts";
import type { Standings } from "../standing.ts";
import { learnedUrl } from "./learned_url.ts";

/**
 * Other nodes that were heard of: strangers, each asked only after it once answered as a node does.
 * Those that answered outlive the process when there is a node, and its disk works.
 */
export interface PeerBook {
  /** Somebody named them. What may not be asked, what lied, and what is too much is ignored. */
  learn(urls: readonly string[]): void;
  /** Those that must be asked who they are before they are of use, or once again. */
  unchecked(): readonly string[];
  /** It answered as a node does. */
  confirm(url: string): void;
  /** It is no node, or this very one. */
  drop(url: string): void;
  /** Up to so many of those in good standing, at random. */
  choose(count: number): readonly string[];
  /** Those that answered well since then, milliseconds since 1970. */
  answeredSince(since: number): readonly string[];
  /** Forgets those that lied or have long been silent, and writes down when the others answered. */
  settle(): void;
  size(): number;
}

const MAX_PEERS = 64;
/** One informant must not fill the book. */
const MAX_PER_INFORMANT = 16;
const EXPIRY_MILLISECONDS = 7 * 24 * 60 * 60_000;
const CHECK_AGAIN_MILLISECONDS = 60 * 60_000;
/** Writing down every answer would wear the disk for nothing. */
const WRITE_AGAIN_MILLISECONDS = 60 * 60_000;

const PREFIX = "peers/learned/";

/** Opens the book. `keyValues`: null remembers in memory alone. `random` gives numbers from 0 to 1. */
export function openPeerBook({ keyValues, standings, allowPrivate, clock, random }: {
  keyValues: KeyValueStore | null;
  standings: Standings;
  allowPrivate: AddressRanges;
  clock: Clock;
  random: () => number;
}): PeerBook {
  /** When each answered last, milliseconds since 1970; 0 = never. */
  const peers = new Map<string, number>();
  const written = new Map<string, number>();

  for (const [key, value] of keyValues?.entries(PREFIX) ?? []) {
    const url = learnedUrl(key.slice(PREFIX.length), allowPrivate);
    const answeredAt = Number(new TextDecoder().decode(value));
    // A time to come was written by a clock that was wrong.
    if (url === null || peers.size >= MAX_PEERS || !(answeredAt <= clock())) {
      unlessUnavailable(() => keyValues?.delete(key));
      continue;
    }
    peers.set(url, answeredAt);
    written.set(url, answeredAt);
  }

  function lastAnswer(url: string): number {
    return Math.max(peers.get(url) ?? 0, standings.answeredAt(url));
  }

  function write(url: string, answeredAt: number): void {
    peers.set(url, answeredAt);
    if (answeredAt - (written.get(url) ?? 0) < WRITE_AGAIN_MILLISECONDS) return;
    written.set(url, answeredAt);
    const text = new TextEncoder().encode(String(answeredAt));
    unlessUnavailable(() => keyValues?.put(PREFIX + url, text));
  }

  function drop(url: string): void {
    peers.delete(url);
    if (written.delete(url)) unlessUnavailable(() => keyValues?.delete(PREFIX + url));
  }

  return {
    learn(urls) {
      for (const text of urls.slice(0, MAX_PER_INFORMANT)) {
        const url = learnedUrl(text, allowPrivate);
        if (url === null || peers.has(url) || peers.size >= MAX_PEERS) continue;
        if (standings.avoided(url) === null) peers.set(url, 0);
      }
    },
    unchecked() {
      const now = clock();
      return [...peers.keys()].filter((url) =>
        now - lastAnswer(url) >= CHECK_AGAIN_MILLISECONDS && standings.avoided(url) === null
      );
    },
    confirm: (url) => write(url, clock()),
    drop,
    choose(count) {
      const good = [...peers.keys()].filter((url) =>
        lastAnswer(url) > 0 && standings.avoided(url) === null
      );
      const drawn: string[] = [];
      while (drawn.length < count && good.length > 0) {
        drawn.push(...good.splice(Math.floor(random() * good.length), 1));
      }
      return drawn;
    },
    answeredSince: (since) =>
      [...peers.keys()].filter((url) =>
        lastAnswer(url) >= since && standings.avoided(url) !== "lied"
      ),
    settle() {
      const now = clock();
      for (const url of [...peers.keys()]) {
        const answeredAt = lastAnswer(url);
        // Never answered, and a check of it has failed.
        const useless = answeredAt === 0 && standings.avoided(url) !== null;
        const silent = answeredAt > 0 && now - answeredAt >= EXPIRY_MILLISECONDS;
        if (useless || silent || standings.avoided(url) === "lied") drop(url);
        else if (answeredAt > 0) write(url, answeredAt);
      }
    },
    size: () => peers.size,
  };
}
