import { LRUCache } from "lru-cache";
import { type Identity, identityKey } from "../schemas/identity.ts";
import { nothingHeld } from "./conclude.ts";
import type { Clock } from "./contracts.ts";
import { abortable } from "./deadline.ts";
import { NotFoundError, PointerRefusedError, RefusedByOperatorError } from "./errors.ts";
import type { NetworkResolver, Resolution, Resolver, SourceReport } from "./resolution.ts";
import { relation } from "./select.ts";

/** Visitors of one page arrive in bursts; an update may be seen so much later than at its source. */
export const FRESH_MILLISECONDS = 5_000;
/** How long "everybody was asked, nobody knows" is remembered. */
export const UNKNOWN_MILLISECONDS = 10_000;
/**
 * How long a failure is remembered: just enough that reloading visitors do not pile questions on
 * sources that are in trouble. It may be over at any moment, so it is no answer to keep.
 */
export const FAILURE_MILLISECONDS = 1_000;
/** Requests this close together are concurrent: one that must ask the network shares the walk. */
export const CONCURRENT_MILLISECONDS = 250;

/** The floor holds for the identities that were asked for last: up to so many, of so many bytes. */
const MAX_HELD = 20_000;
const MAX_HELD_BYTES = 64 * 1024 * 1024;
/** A pointer as bytes, as text and as fields, and what is kept around them. */
const heldBytes = ({ resolution }: Held) => 3 * resolution.pointer.bytes.length + 2_048;
/** Identities for which a failure is remembered. Measured with 4 peers that are down: 24 KB each. */
const MAX_FAILURES = 1_000;

interface Held {
  readonly resolution: Resolution;
  /** When the sources are asked again, milliseconds since 1970. */
  readonly refreshAt: number;
}

interface SharedWalk {
  readonly startedAt: number;
  readonly answer: Promise<Resolution>;
  readonly end: Promise<Resolution>;
}

/**
 * The same resolver with a memory: what it answered once is the floor of whatever it answers later,
 * concurrent questions share one walk, and what nobody knows is not asked again and again.
 */
export function cached(
  inner: NetworkResolver,
  { clock, signal: closing }: { clock: Clock; signal: AbortSignal },
): Resolver {
  const held = new LRUCache<string, Held>({
    max: MAX_HELD,
    maxSize: MAX_HELD_BYTES,
    sizeCalculation: heldBytes,
  });
  const failures = new LRUCache<string, { error: unknown; until: number }>({ max: MAX_FAILURES });
  const walks = new Map<string, SharedWalk>();

  /** The walk under way when it is young enough, else a new one. It outlives those who wait for it. */
  function walk(identity: Identity, notBefore: number): SharedWalk {
    const key = identityKey(identity);
    const running = walks.get(key);
    if (running !== undefined && running.startedAt >= notBefore) return running;

    const startedAt = clock();
    const first = inner.resolve(identity, { policy: "cache-first", signal: closing });
    // The floor takes part in the race, so that sources below it are corrected.
    const floor = held.get(key);
    if (floor !== undefined) inner.accept(floor.resolution.pointer);

    const fail = (error: unknown) => failed(key, error);
    const started: SharedWalk = {
      startedAt,
      answer: first.then((answer) => learn(key, answer)).catch(fail),
      end: first.then(({ rest }) => rest).then((answer) => learn(key, answer)).catch(fail),
    };
    walks.set(key, started);
    const forget = () => {
      if (walks.get(key) === started) walks.delete(key);
    };
    started.answer.catch(() => {});
    started.end.then(forget, forget);
    return started;
  }

  /** Those in bad standing are asked too. */
  function walkToAll(identity: Identity, notBefore: number): SharedWalk {
    const shared = walk(identity, notBefore);
    inner.askEverybody(identity);
    return shared;
  }

  function hold(key: string, resolution: Resolution, refreshAt: number): Resolution {
    failures.delete(key);
    held.set(key, { resolution, refreshAt });
    return resolution;
  }

  /** Takes over what a walk found, never below the floor. */
  function learn(key: string, found: Resolution): Resolution {
    const before = held.get(key)?.resolution;
    const order = before === undefined ? "greater" : relation(found.pointer, before.pointer);
    const learned: Resolution = {
      // Of two signatures under one text, the one that is held stays.
      pointer: before === undefined || order === "greater" ? found.pointer : before.pointer,
      freshness: found.freshness,
      checkedAt: Math.max(found.checkedAt, before?.checkedAt ?? 0),
      sources: order === "lesser" ? found.sources.map(outdated) : found.sources,
    };
    if (order === "greater") inner.accept(found.pointer);
    const refreshAt = learned.freshness === "fresh"
      ? learned.checkedAt + FRESH_MILLISECONDS
      : clock() + FAILURE_MILLISECONDS;
    return hold(key, learned, refreshAt);
  }

  /** What is held answers for a walk that failed; without it, the failure is remembered for a while. */
  function failed(key: string, error: unknown): Resolution {
    const before = held.get(key)?.resolution;
    if (error instanceof RefusedByOperatorError) held.delete(key);
    else if (before !== undefined) {
      return hold(key, { ...before, freshness: "stale" }, clock() + FAILURE_MILLISECONDS);
    }
    const milliseconds = isAnswer(error) ? UNKNOWN_MILLISECONDS : FAILURE_MILLISECONDS;
    failures.set(key, { error, until: clock() + milliseconds });
    throw error;
  }

  return {
    async resolve(identity, { policy, signal }) {
      signal.throwIfAborted();
      const key = identityKey(identity);
      const now = clock();
      const known = held.get(key);
      if (known !== undefined && policy !== "network-only") {
        if (policy === "cache-first" && now >= known.refreshAt) walk(identity, 0);
        return known.resolution;
      }
      if (policy === "cache-only") throw nothingHeld(identity);
      const failure = failures.get(key);
      if (policy === "cache-first" && failure !== undefined && now < failure.until) {
        throw failure.error;
      }
      const found = await abortable(
        policy === "network-only"
          ? walkToAll(identity, now - CONCURRENT_MILLISECONDS).end
          : walk(identity, 0).answer,
        signal,
      );
      // Read now, not when the walk ended: a greater pointer may have been answered since.
      return held.get(key)?.resolution ?? found;
    },

    accept(pointer) {
      const key = identityKey(pointer.identity);
      const before = held.get(key);
      if (before !== undefined && relation(pointer, before.resolution.pointer) !== "greater") {
        return;
      }
      const resolution: Resolution = before === undefined
        ? { pointer, freshness: "fresh", checkedAt: 0, sources: [] }
        : { ...before.resolution, pointer, sources: before.resolution.sources.map(outdated) };
      hold(key, resolution, before?.refreshAt ?? 0);
      inner.accept(pointer);
    },
  };
}

/** A report from before a greater pointer was known. */
function outdated(report: SourceReport): SourceReport {
  const peers = report.peers?.map((peer) =>
    peer.outcome === "newest" ? { ...peer, outcome: "older" as const } : peer
  );
  const outcome = report.outcome === "newest" ? "older" : report.outcome;
  return { ...report, outcome, ...(peers === undefined ? {} : { peers }) };
}

/** True for an error that says something about the identity, not about the sources' state. */
function isAnswer(error: unknown): boolean {
  return error instanceof PointerRefusedError || error instanceof RefusedByOperatorError ||
    (error instanceof NotFoundError && !error.incomplete);
}
