import { CID } from "multiformats/cid";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call, DagRequest } from "../contracts.ts";
import { ContentUnreachableError, ContentWrongError, RefusedByOperatorError } from "../errors.ts";
import { refusedContent } from "../rules/refusals.ts";
import { isReadable, RAW } from "./cid.ts";
import { readFeedDocument } from "./feed_document.ts";
import { openPath } from "./folder.ts";
import { type ReadingContext, startReading } from "./reading.ts";
import {
  createTally,
  type Figures,
  type Keeping,
  keepingBlocks,
  type Tally,
  TooLargeError,
} from "./tally.ts";
import { linksUnder } from "./unixfs.ts";

/** A file, by a CID and the path below it; a file's own CID needs none. */
export interface FilePlace {
  readonly root: CID;
  /** Decoded, without slashes at its ends. */
  readonly path: string;
}

/** How far it came. */
export interface Loaded extends Figures {
  /** `missing`: some blocks could not be had now. `too-large`: its beginning is kept, the feed first. */
  readonly outcome: "whole" | "missing" | "too-large";
  /** Why the first of the missing ones did not come; null unless `missing`. */
  readonly cause: Error | null;
  /** Whether it is a part of what is kept. */
  readonly holds: (cid: CID) => boolean;
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
  return await within(options, async (shared, tally) => {
    const start = (dag: DagRequest | undefined) =>
      startReading(
        shared,
        { kind: "feed", maxBlocks: limits.lookupBlocks, roads: "all", dag, pointer },
        call,
      );
    await readFeedDocument(pointer, {
      limits,
      rules: shared.rules,
      startFeed: start,
      startLookup: () => start(undefined),
      startReading: start,
    });
    const root = CID.parse(pointer.cid);
    return await walk(
      { root, pointer },
      { shared, tally, isFresh: isFresh(options.keeping) },
      call,
    );
  });
}

/**
 * A file, and the blocks on the way to it. Of one that says itself that it is too large only those are
 * kept. Throws ContentUnreachableError, ContentWrongError, PathNotFoundError and RefusedByOperatorError
 * when there is no way to it, and what `keeping` throws.
 */
export async function loadFile(
  { root, path }: FilePlace,
  options: LoadAllOptions,
  call: Call,
): Promise<Loaded> {
  const { keeping, shared: { limits, rules } } = options;
  if (rules.refusesPath(root, path)) throw refusedContent();
  return await within(options, async (shared, tally) => {
    const start = (call: Call) =>
      startReading(shared, { kind: "media", maxBlocks: limits.lookupBlocks, roads: "all" }, call);
    using reading = start(call);
    const file = await openPath(root, path, reading, {
      limits,
      rules,
      goesOn: false,
      startLookup: start,
      startReading: (_, call) => start(call),
    });
    if (file.kind === "folder") {
      throw new ContentWrongError(`There is a folder at ${root}/${path}.`);
    }
    // A leaf's size is known when it has come.
    if (file.cid.code !== RAW && await file.size(call) > keeping.maxBytes) {
      throw new TooLargeError();
    }
    const target = { root: file.cid, pointer: undefined };
    return await walk(target, { shared, tally, isFresh: isFresh(keeping) }, call);
  });
}

/** Work whose blocks are kept, and what came of it: it resolves with what went wrong with single blocks. */
async function within(
  { shared, keeping }: LoadAllOptions,
  work: (shared: ReadingContext, tally: Tally) => Promise<readonly Error[]>,
): Promise<Loaded> {
  const tally = createTally(keeping);
  const { holds } = tally;
  try {
    const blocks = keepingBlocks(shared.blocks, tally);
    const [cause = null] = await work({ ...shared, blocks }, tally);
    return { outcome: cause === null ? "whole" : "missing", ...tally.figures(), cause, holds };
  } catch (error) {
    if (!(error instanceof TooLargeError)) throw error;
    return { outcome: "too-large", ...tally.figures(), cause: null, holds };
  }
}

/** Whether most of what a folder links to is not here yet. */
function isFresh({ held }: Keeping): (links: readonly CID[]) => boolean {
  return (links) => links.filter((link) => held(link.toV1()) === null).length > links.length / 2;
}

/**
 * Visits every block below the root once, some at the same time. Blocks are named by their hashes, so
 * that there are no circles; the bound is on the blocks that are known of, whether they came or not.
 * Resolves with what went wrong with single blocks.
 */
async function walk(
  { root, pointer }: { readonly root: CID; readonly pointer: VerifiedPointer | undefined },
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
  /** What ends it. Kept: of several that end in the same moment a race tells of one. */
  const ends: unknown[] = [];

  /** The root has just been read: it is at hand. */
  async function linksAt(cid: CID): Promise<readonly CID[]> {
    if (cid.code === RAW) return [];
    const { content } = await shared.blocks.get(cid, { signal });
    return await linksUnder(cid, content, limits);
  }

  async function visit(cid: CID): Promise<void> {
    // A leaf has no links: one that is here need not be read.
    if (cid.code === RAW && await tally.held(cid)) return;
    const { content } = await reading.load(cid);
    const children: CID[] = [];
    for (const link of await linksUnder(cid, content, limits)) {
      const child = link.toV1();
      if (!isReadable(child) || known.has(child.toString())) continue;
      if (known.size >= maxBlocks) throw new TooLargeError();
      known.add(child.toString());
      children.push(child);
    }
    waiting.push(...children.reverse());
  }

  function failed(error: unknown): void {
    const isMissing = error instanceof ContentUnreachableError ||
      error instanceof ContentWrongError || error instanceof RefusedByOperatorError;
    if (signal.aborted) ends.push(signal.reason);
    else if (isMissing) failures.push(error);
    else ends.push(error);
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
      if (ends.length > 0) throw ends[0];
    }
    return failures;
  } finally {
    stop.abort();
    await Promise.allSettled(running);
  }
}
