import type { CID } from "multiformats/cid";
import type { BlockSource, Call, DagRequest } from "../contracts.ts";
import { abortable } from "../deadline.ts";
import { isInline } from "./cid.ts";
import type { ContentLimits } from "./limits.ts";
import { bytesInMemory } from "./verified.ts";

/** One request to one source, which brings many blocks of a DAG. */
export interface Trip {
  /**
   * The block as the source gives it, as soon as it comes; `null`: this trip does not bring it (again). `onSign`
   * is called whenever a block comes that somebody waits for: the source is at work.
   * Throws the signal's reason alone.
   */
  take(
    cid: CID,
    call: Call & { readonly onSign: () => void },
  ): Promise<Uint8Array<ArrayBuffer> | null>;
  /** True until the source has sent all that it is going to send. */
  isUnderWay(): boolean;
  /** Resolves when it has. */
  readonly end: Promise<void>;
}

type Bytes = Uint8Array<ArrayBuffer>;

/** Those who wait for one block. */
interface Waiter extends PromiseWithResolvers<Bytes | null> {
  readonly signs: Set<() => void>;
}

/** What all trips know of one another. */
export interface Traffic {
  /** Of memory, that all of them hold and nobody has asked for yet. */
  asideBytes: number;
  /** Which DAGs come from which sources. */
  readonly underWay: Set<string>;
}

export function createTraffic(): Traffic {
  return { asideBytes: 0, underWay: new Set() };
}

/** What a trip works with. */
export interface TripOptions {
  readonly limits: ContentLimits;
  readonly traffic: Traffic;
  readonly signal: AbortSignal;
}

/**
 * Starts a trip, which ends with the signal. Blocks that come before somebody asks for them are put
 * aside, up to `tripBytes`, and up to `tripsBytes` by all trips together; then the source has to wait.
 * When somebody waits for another block than the next one, it goes on, and what has lain aside for
 * longest is thrown away: whoever needs it later asks for it alone. A source that sends too much in vain
 * (`tripWaste`) is left.
 */
export function startTrip(
  source: BlockSource,
  request: DagRequest,
  { limits, traffic, signal }: TripOptions,
): Trip {
  const aside = new Map<string, Bytes>();
  const waiters = new Map<string, Waiter>();
  /** What has come: a source sends each block once, and a file may repeat one far apart. */
  const come = new Set<number>();
  const ending = new AbortController();
  let asideBytes = 0;
  let wasted = 0;
  let inline = 0;
  let ended = false;
  let wake = () => {};

  function remove(key: string): Bytes | undefined {
    const bytes = aside.get(key);
    aside.delete(key);
    if (bytes !== undefined) count(-bytesInMemory(bytes));
    return bytes;
  }

  function count(bytes: number): void {
    asideBytes += bytes;
    traffic.asideBytes += bytes;
  }

  function putAside(key: string, bytes: Bytes): void {
    // The same block twice is one block, and one of them in vain.
    if (remove(key) !== undefined) wasted += 1;
    aside.set(key, bytes);
    count(bytesInMemory(bytes));
  }

  function isFull(): boolean {
    return asideBytes > limits.tripBytes || traffic.asideBytes > limits.tripsBytes;
  }

  async function waitForRoom(): Promise<void> {
    while (waiters.size === 0 && isFull()) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await abortable(promise, ending.signal);
    }
  }

  /** Somebody waits for a block that comes behind these. */
  function makeRoom(): void {
    for (const oldest of aside.keys()) {
      if (asideBytes <= limits.tripBytes || waiters.size === 0) return;
      remove(oldest);
      wasted += 1;
    }
  }

  function clear(): void {
    for (const key of aside.keys()) remove(key);
  }

  async function travel(): Promise<void> {
    const tripSignal = AbortSignal.any([signal, ending.signal]);
    const leave = () => ending.abort();
    signal.addEventListener("abort", leave, { once: true });
    try {
      const blocks = await source.dag?.(request, { signal: tripSignal }) ?? null;
      if (blocks === null) return;
      for await (const { cid, bytes } of blocks) {
        tripSignal.throwIfAborted();
        if (isInline(cid)) {
          // Kubo sends what lies in its own CID too, and nobody asks for it.
          inline += 1;
          if (inline > limits.readBlocks) return;
          continue;
        }
        const key = cid.toV1().toString();
        const waiter = waiters.get(key);
        come.add(shortHash(cid));
        if (waiter === undefined) putAside(key, bytes);
        else {
          waiters.delete(key);
          waiter.resolve(bytes);
          for (const { signs } of waiters.values()) for (const sign of signs) sign();
        }
        makeRoom();
        if (wasted > limits.tripWaste) return;
        await waitForRoom();
      }
    } catch {
      // Whoever waits asks for the block alone, and hears there what is wrong with the source.
    } finally {
      signal.removeEventListener("abort", leave);
      ended = true;
      ending.abort();
      for (const waiter of waiters.values()) waiter.resolve(null);
      waiters.clear();
    }
  }

  signal.addEventListener("abort", clear, { once: true });

  return {
    end: travel(),
    isUnderWay: () => !ended,
    async take(cid, call) {
      const key = cid.toV1().toString();
      const held = remove(key);
      wake();
      if (held !== undefined || ended || come.has(shortHash(cid))) return held ?? null;
      const waiter = waiters.get(key) ??
        { ...Promise.withResolvers<Bytes | null>(), signs: new Set() };
      waiters.set(key, waiter);
      wake();
      const sign = () => call.onSign();
      waiter.signs.add(sign);
      try {
        return await abortable(waiter.promise, call.signal);
      } finally {
        waiter.signs.delete(sign);
        // The race for it was won elsewhere: nobody takes it from this trip any more.
        if (waiter.signs.size === 0 && waiters.get(key) === waiter) waiters.delete(key);
      }
    },
  };
}

/** Of 80,000 blocks they take 2 MB. Two blocks that share one cost a question for the one that did not come. */
function shortHash({ multihash: { digest: [a = 0, b = 0, c = 0, d = 0] } }: CID): number {
  return a << 24 | b << 16 | c << 8 | d;
}
