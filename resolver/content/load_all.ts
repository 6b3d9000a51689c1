import { CID } from "multiformats/cid";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call, Transport } from "../contracts.ts";
import { ContentUnreachableError, ContentWrongError } from "../errors.ts";
import type { Blocks } from "./blocks.ts";
import { isHashed, isReadable, RAW } from "./cid.ts";
import type { VerifiedContent } from "./content.ts";
import { readFeedDocument } from "./feed_document.ts";
import type { ContentLimits } from "./limits.ts";
import { startReading } from "./reading.ts";
import { decodeNode, type UnixfsNode } from "./unixfs.ts";

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
  readonly blocks: Blocks;
  readonly transports: readonly Transport[];
  readonly limits: ContentLimits;
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
  const { transports, limits } = options;
  const tally = createTally(options.keeping);
  const blocks = keepingBlocks(options.blocks, tally);
  const maxLinks = limits.nodeLinks;
  const start = (call: Call) =>
    startReading(blocks, { maxBlocks: limits.lookupBlocks, maxLinks }, call);
  try {
    const context = { limits, startLookup: start, startReading: start };
    await readFeedDocument(pointer, transports, start(call), context);
    const failures = await walk(CID.parse(pointer.cid), { blocks, tally, limits }, call);
    const [cause = null] = failures;
    return { outcome: cause === null ? "whole" : "missing", ...tally.figures(), cause };
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
    return { outcome: "too-large", ...tally.figures(), cause: null };
  }
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
    async get(cid, call, locations) {
      const delivery = await blocks.get(cid, call, locations);
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
  root: CID,
  { blocks, tally, limits }: { blocks: Blocks; tally: Tally; limits: ContentLimits },
  call: Call,
): Promise<readonly Error[]> {
  const { nodeLinks: maxLinks, keptBlocks: maxBlocks } = limits;
  const stop = new AbortController();
  const signal = AbortSignal.any([call.signal, stop.signal]);
  const reading = startReading(blocks, { maxBlocks, maxLinks }, { signal });
  const waiting: CID[] = [root.toV1()];
  const known = new Set(waiting.map(String));
  const running = new Set<Promise<void>>();
  const failures: Error[] = [];

  async function visit(cid: CID): Promise<void> {
    // A leaf has no links: one that is here need not be read.
    if (cid.code === RAW && await tally.held(cid)) return;
    const { content } = await reading.load(cid);
    const children: CID[] = [];
    for (const link of linksOf(await decoded(cid, content, maxLinks))) {
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
      error instanceof ContentWrongError;
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

/** Null for what is no UnixFS: it is kept like a leaf, since nobody can say where it leads. */
async function decoded(
  cid: CID,
  content: VerifiedContent,
  maxLinks: number,
): Promise<UnixfsNode | null> {
  try {
    return await decodeNode(cid, content, maxLinks);
  } catch (error) {
    if (error instanceof ContentWrongError) return null;
    throw error;
  }
}

function linksOf(node: UnixfsNode | null): readonly CID[] {
  if (node === null) return [];
  return node.kind === "file" ? node.parts.map(({ cid }) => cid) : node.links.map(({ cid }) => cid);
}
