import { CID } from "multiformats/cid";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call, DagRequest } from "../contracts.ts";
import { ContentUnreachableError, ContentWrongError, RefusedByOperatorError } from "../errors.ts";
import type { Blocks } from "./blocks.ts";
import { isHashed, isReadable, RAW } from "./cid.ts";
import type { VerifiedContent } from "./content.ts";
import { readFeedDocument } from "./feed_document.ts";
import { type ReadingContext, startReading } from "./reading.ts";
import { decodeNode, linksOf } from "./unixfs.ts";

/** Where the blocks of content go that is kept. */
export interface Keeping {
  /** Bytes that all of it may take. */
  readonly maxBytes: number;
  /** What a block of so many bytes takes. */
  takes(length: number): number;
  /** What a block takes that is here already, or null. */
  held(cid: CID): number | null;
  /** Keeps a block that is here. False: it has just gone. */
  pin(cid: CID): Promise<boolean>;
  /** Keeps a block; resolves when it cannot be lost any more. */
  keep(cid: CID, block: VerifiedContent): Promise<void>;
  /** Told of each block, whether it was kept before or is now. */
  onKept?(figures: Figures): void;
}

/** What is kept of some content. */
export interface Figures {
  readonly blocks: number;
  readonly bytes: number;
}

/** How far it came. */
export interface Loaded extends Figures {
  /** `missing`: some blocks could not be had now. `too-large`: its beginning is kept, the feed first. */
  readonly outcome: "whole" | "missing" | "too-large";
  /** Why the first of the missing ones did not come; null unless `missing`. */
  readonly cause: Error | null;
}

/** What loading works with. */
export interface LoadAllOptions {
  readonly shared: ReadingContext;
  readonly keeping: Keeping;
}

/**
 * Everything behind a pointer: the feed's document first, as a reader would load it, then whatever the
 * root leads to by links, folders, shards and files alike. A block that nobody has does not keep the
 * others from coming. Throws ContentUnreachableError and ContentWrongError when the feed's document
 * cannot be read, and what `keeping` throws.
 */
export async function loadAll(
  pointer: VerifiedPointer,
  options: LoadAllOptions,
  call: Call,
): Promise<Loaded> {
  const { limits } = options.shared;
  const tally = createTally(options.keeping);
  const shared = { ...options.shared, blocks: keepingBlocks(options.shared.blocks, tally) };
  const start = (dag: DagRequest | undefined) =>
    startReading(
      shared,
      { kind: "feed", maxBlocks: limits.lookupBlocks, roads: "all", dag, pointer },
      call,
    );
  try {
    await readFeedDocument(pointer, {
      limits,
      rules: shared.rules,
      startFeed: start,
      startLookup: () => start(undefined),
      startReading: start,
    });
    const failures = await walk(
      pointer,
      { shared, tally, isFresh: isFresh(options.keeping) },
      call,
    );
    const [cause = null] = failures;
    return { outcome: cause === null ? "whole" : "missing", ...tally.figures(), cause };
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
    return { outcome: "too-large", ...tally.figures(), cause: null };
  }
}

/** Whether most of what a folder links to is not here yet. */
function isFresh({ held }: Keeping): (links: readonly CID[]) => boolean {
  return (links) => links.filter((link) => held(link.toV1()) === null).length > links.length / 2;
}

/** The content takes more than it may. */
class TooLargeError extends Error {
  override name = "TooLargeError";
}

/** What is kept so far, each block counted once. */
interface Tally {
  /** Keeps it when it is here; false when it is not. Throws TooLargeError. */
  held(cid: CID): Promise<boolean>;
  /** Throws TooLargeError. */
  keep(cid: CID, block: VerifiedContent): Promise<boolean>;
  figures(): Figures;
}

function createTally({ maxBytes, takes, held, pin, keep, onKept = () => {} }: Keeping): Tally {
  const counted = new Map<string, Promise<boolean>>();
  let bytes = 0;
  const figures = () => ({ blocks: counted.size, bytes });

  /** Counted before it is kept: several come at the same time. */
  async function count(cid: CID, taken: number, work: () => Promise<boolean>): Promise<boolean> {
    const key = cid.toString();
    const known = counted.get(key);
    if (known !== undefined) return await known;
    if (bytes + taken > maxBytes) throw new TooLargeError();
    bytes += taken;
    const kept = work();
    counted.set(key, kept);
    if (await kept) {
      onKept(figures());
      return true;
    }
    bytes -= taken;
    counted.delete(key);
    return false;
  }

  return {
    async held(cid) {
      const taken = held(cid);
      return taken !== null && await count(cid, taken, () => pin(cid));
    },
    keep: (cid, block) => count(cid, takes(block.length), () => keep(cid, block).then(() => true)),
    figures,
  };
}

/** The same blocks; each is kept before anybody sees it. */
function keepingBlocks(blocks: Blocks, tally: Tally): Blocks {
  return {
    ...blocks,
    async get(cid, call, use) {
      const delivery = await blocks.get(cid, call, use);
      // What is in its own CID needs no keeping.
      if (isHashed(cid)) await tally.keep(cid.toV1(), delivery.content);
      return delivery;
    },
  };
}

/**
 * Visits every block below the root once, some at the same time. Blocks are named by their hashes, so
 * that there are no circles; the bound is on the blocks that are known of, whether they came or not.
 * Resolves with what went wrong with single blocks.
 */
async function walk(
  pointer: VerifiedPointer,
  { shared, tally, isFresh }: {
    shared: ReadingContext;
    tally: Tally;
    isFresh: (links: readonly CID[]) => boolean;
  },
  call: Call,
): Promise<readonly Error[]> {
  const { limits } = shared;
  const { keptBlocks: maxBlocks } = limits;
  const stop = new AbortController();
  const signal = AbortSignal.any([call.signal, stop.signal]);
  const root = CID.parse(pointer.cid);
  const plan = { kind: "media", maxBlocks, roads: "all", pointer } as const;
  // All in one trip would bring again what an earlier version left here.
  const dag: DagRequest | undefined = isFresh(await linksAt(root))
    ? { root, scope: "all" }
    : undefined;
  using reading = startReading(shared, { ...plan, dag }, { signal });
  const waiting: CID[] = [root];
  const known = new Set(waiting.map(String));
  const running = new Set<Promise<void>>();
  const failures: Error[] = [];

  /** The root has just been read: it is at hand. */
  async function linksAt(cid: CID): Promise<readonly CID[]> {
    if (cid.code === RAW) return [];
    const { content } = await shared.blocks.get(cid, { signal });
    return await linksIn(cid, content, limits.nodeLinks);
  }

  async function visit(cid: CID): Promise<void> {
    // A leaf has no links: one that is here need not be read.
    if (cid.code === RAW && await tally.held(cid)) return;
    const { content } = await reading.load(cid);
    const children: CID[] = [];
    for (const link of await linksIn(cid, content, limits.nodeLinks)) {
      const child = link.toV1();
      if (!isReadable(child) || known.has(child.toString())) continue;
      if (known.size >= maxBlocks) throw new TooLargeError();
      known.add(child.toString());
      children.push(child);
    }
    waiting.push(...children.reverse());
  }

  function failed(error: unknown): void {
    signal.throwIfAborted();
    const isMissing = error instanceof ContentUnreachableError ||
      error instanceof ContentWrongError || error instanceof RefusedByOperatorError;
    if (!isMissing) throw error;
    failures.push(error);
  }

  try {
    while (waiting.length + running.size > 0 && failures.length < limits.keptFailures) {
      while (running.size < limits.keptAtOnce) {
        // The last first: a file is whole before the next begins, and few wait.
        const cid = waiting.pop();
        if (cid === undefined) break;
        const task = visit(cid).catch(failed).finally(() => running.delete(task));
        running.add(task);
      }
      await Promise.race(running);
    }
    return failures;
  } finally {
    stop.abort();
    await Promise.allSettled(running);
  }
}

/** None for what is no UnixFS: it is kept like a leaf, since nobody can say where it leads. */
async function linksIn(
  cid: CID,
  content: VerifiedContent,
  maxLinks: number,
): Promise<readonly CID[]> {
  try {
    return linksOf(await decodeNode(cid, content, maxLinks));
  } catch (error) {
    if (error instanceof ContentWrongError) return [];
    throw error;
  }
}
