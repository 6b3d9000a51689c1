import type { CID } from "multiformats/cid";
import type { Call, SourceBlock } from "../contracts.ts";
import { abortable } from "../deadline.ts";
import { ContentWrongError } from "../errors.ts";
import { createPauses } from "../turns.ts";
import { DAG_PB, isHashed, isInline } from "./cid.ts";
import type { VerifiedContent } from "./content.ts";
import type { ContentLimits } from "./limits.ts";
import { linksUnder } from "./unixfs.ts";
import { bytesInMemory, verifyContent } from "./verified.ts";

/** The blocks of one DAG that a stranger's CAR brings, taken in while it comes. */
export interface Harvest {
  /**
   * The block, as soon as it has come; `null`: the CAR has ended without it. Throws why the harvest
   * failed, and the signal's reason.
   */
  take(cid: CID, call: Call & { readonly onSign: () => void }): Promise<VerifiedContent | null>;
  /** Whether somebody waits for a block at this moment. */
  isAwaited(): boolean;
  /** Resolves when it has ended, well or not. */
  readonly end: Promise<void>;
}

/**
 * Blocks and links that are dealt with at a stretch, when all of them are there: some 10 ms. Blocks alone are no
 * measure: 24 folders of 8,190 links that waited for their root held everybody up for 1.3 s.
 */
const STRETCH = 512;

/** What a harvest is told. */
export interface HarvestOptions {
  readonly limits: ContentLimits;
  /** Ends the harvest: nothing is kept after it. */
  readonly signal: AbortSignal;
  /** Told of every block that belongs to the DAG, as soon as another one was seen to link to it. */
  readonly expect: (cid: CID) => void;
  /** Given every block of the DAG once, verified. */
  readonly keep: (cid: CID, block: VerifiedContent) => void;
}

/**
 * Reads a CAR to its end and keeps what belongs to the root's DAG, whoever asks for it. A block that
 * comes before the one that links to it waits for that one, up to `harvestBytes`; what never belongs is
 * thrown away, and too much of it (`tripWaste`), or a block that is not what its CID names, ends the
 * harvest.
 */
export function startHarvest(
  root: CID,
  open: (call: Call) => Promise<AsyncIterable<SourceBlock>>,
  { limits, signal, expect, keep }: HarvestOptions,
): Harvest {
  const expected = new Set([keyOf(root)]);
  const taken = new Map<string, VerifiedContent>();
  const early = new Map<string, SourceBlock>();
  const waiters = new Map<string, PromiseWithResolvers<VerifiedContent | null>>();
  const signs = new Set<() => void>();
  const pause = createPauses(STRETCH, { signal });
  let earlyBytes = 0;
  let takenBytes = 0;
  let wasted = 0;
  let ended = false;
  let failure: unknown = null;

  async function take(block: SourceBlock): Promise<void> {
    const blocks = [block];
    for (let next = blocks.pop(); next !== undefined; next = blocks.pop()) {
      await pause();
      for (const link of await accept(next)) {
        await pause();
        const here = isInline(link) ? blockInside(link) : expectBlock(link.toV1());
        if (here !== null) blocks.push(here);
      }
    }
  }

  /** Gives the block when it came before. */
  function expectBlock(cid: CID): SourceBlock | null {
    const key = keyOf(cid);
    expected.add(key);
    expect(cid);
    if (expected.size > limits.readBlocks) throw wrong("Its CAR links to too many blocks.");
    const waiting = early.get(key);
    if (waiting === undefined) return null;
    early.delete(key);
    earlyBytes -= bytesInMemory(waiting.bytes);
    return waiting;
  }

  /** Keeps a block of the DAG; gives what it links to. */
  async function accept({ cid, bytes }: SourceBlock): Promise<readonly CID[]> {
    const content = verifyContent(cid, bytes);
    signal.throwIfAborted();
    if (content === null) throw wrong("A block of its CAR is not what its CID names.");
    if (!isInline(cid)) handOut(cid.toV1(), content);
    // What cannot be read has none; whoever reads it is told why.
    return cid.code === DAG_PB ? await linksUnder(cid, content, limits) : [];
  }

  function handOut(cid: CID, content: VerifiedContent): void {
    const key = keyOf(cid);
    expected.delete(key);
    keep(cid, content);
    remember(key, content);
    waiters.get(key)?.resolve(content);
    waiters.delete(key);
    for (const sign of signs) sign();
  }

  /** For whoever asks a moment later: what was kept may be on its way to the disk. */
  function remember(key: string, content: VerifiedContent): void {
    taken.set(key, content);
    takenBytes += bytesInMemory(content);
    for (const [oldest, block] of taken) {
      if (takenBytes <= limits.harvestBytes) return;
      taken.delete(oldest);
      takenBytes -= bytesInMemory(block);
    }
  }

  function putAside(block: SourceBlock): void {
    const key = keyOf(block.cid);
    const bytes = bytesInMemory(block.bytes);
    if (early.has(key) || earlyBytes + bytes > limits.harvestBytes) {
      wasted += 1;
      if (wasted > limits.tripWaste) throw wrong("Its CAR brings too much that does not belong.");
      return;
    }
    early.set(key, block);
    earlyBytes += bytes;
  }

  async function gather(): Promise<void> {
    for await (const block of await open({ signal })) {
      signal.throwIfAborted();
      // Who sends what lies in its own CID sends it in vain; under another hash nobody asks for it.
      if (!isHashed(block.cid)) continue;
      if (expected.has(keyOf(block.cid))) await take(block);
      else putAside(block);
    }
  }

  async function run(): Promise<void> {
    try {
      // With the signal it is over, even for a sender that heeds none.
      await abortable(gather(), signal);
    } catch (error) {
      failure = error;
    } finally {
      ended = true;
      for (const { resolve, reject } of waiters.values()) {
        if (failure === null) resolve(null);
        else reject(failure);
      }
    }
  }

  return {
    isAwaited: () => signs.size > 0,
    end: run(),
    async take(cid, call) {
      const key = keyOf(cid);
      const held = taken.get(key);
      if (held !== undefined) return held;
      if (ended) {
        if (failure !== null) throw failure;
        return null;
      }
      const waiter = waiters.get(key) ?? newWaiter();
      waiters.set(key, waiter);
      const sign = () => call.onSign();
      signs.add(sign);
      try {
        return await abortable(waiter.promise, call.signal);
      } finally {
        signs.delete(sign);
      }
    },
  };
}

function newWaiter(): PromiseWithResolvers<VerifiedContent | null> {
  const waiter = Promise.withResolvers<VerifiedContent | null>();
  // Whoever waited may have left before it fails.
  waiter.promise.catch(() => {});
  return waiter;
}

function blockInside(cid: CID): SourceBlock {
  return { cid, bytes: Uint8Array.from(cid.multihash.digest) };
}

function keyOf(cid: CID): string {
  return cid.toV1().toString();
}

function wrong(message: string): ContentWrongError {
  return new ContentWrongError(message);
}
