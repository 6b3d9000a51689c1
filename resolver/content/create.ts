import type { VerifiedPointer } from "../../schemas/pointer.ts";
import { quote } from "../../schemas/quote.ts";
import type { BlockSource, Call, Clock, Transport } from "../contracts.ts";
import { type Alarm, systemAlarm } from "../deadline.ts";
import { PathNotFoundError } from "../errors.ts";
import type { BlockStore } from "../node/node.ts";
import { createBlocks } from "./blocks.ts";
import type { ContentReader } from "./content.ts";
import { readFeedDocument } from "./feed_document.ts";
import { type FolderContext, openEntry } from "./folder.ts";
import { type ContentLimits, contentLimits } from "./limits.ts";
import { type Keeping, loadAll, type Loaded } from "./load_all.ts";
import { startReading } from "./reading.ts";

/** Where content comes from, where it is kept, and what it may cost. */
export interface ContentReaderOptions {
  /** Where blocks come from: this machine's first, the others in this order until one proves better. */
  readonly blockSources: readonly BlockSource[];
  readonly transports: readonly Transport[];
  /** Where fetched blocks are kept, so that this node serves them on; null without a node. */
  readonly store: BlockStore | null;
  readonly clock: Clock;
  readonly alarm?: Alarm;
  readonly limits?: ContentLimits;
  /** Told of blocks that the store did not take, e.g. because the disk is full. */
  readonly report: (error: unknown) => void;
}

/** A reader that keeps what it fetched. */
export interface StoringContentReader extends ContentReader {
  /** Everything behind a pointer, into `keeping`. Throws like `feedDocument`, and what `keeping` throws. */
  loadAll(pointer: VerifiedPointer, keeping: Keeping, call: Call): Promise<Loaded>;
  /** Resolves when every fetched block has reached the store. */
  flush(): Promise<void>;
}

/** The one verifying reader: nothing reaches a visitor that was not hashed here. */
export function createContentReader(options: ContentReaderOptions): StoringContentReader {
  const { blockSources, transports, limits = contentLimits, alarm = systemAlarm } = options;
  const blocks = createBlocks({ ...options, sources: blockSources, limits, alarm });
  const maxLinks = limits.nodeLinks;
  const startLookup = (call: Call) =>
    startReading(blocks, { maxBlocks: limits.lookupBlocks, maxLinks }, call);
  const context: FolderContext = {
    limits,
    startLookup,
    startReading: (call) => startReading(blocks, { maxBlocks: limits.readBlocks, maxLinks }, call),
  };

  return {
    feedDocument: (pointer, call) =>
      readFeedDocument(pointer, transports, startLookup(call), context),

    async open(root, path, call) {
      const single = !path.includes("/");
      // Links to a file of a folder are made of its own CID and its name: there is nothing to look up.
      const entry = await openEntry(root, single ? path : "", startLookup(call), context);
      if (path === "" || (single && entry.kind === "file")) return entry;
      const found = entry.kind === "folder" ? await entry.find(path, call) : null;
      if (found !== null) return found;
      throw new PathNotFoundError(`There is no ${quote(path)} in the content at ${root}.`);
    },

    localBlock: (cid, call) => blocks.getLocal(cid, call),

    loadAll: (pointer, keeping, call) =>
      loadAll(pointer, { blocks, transports, limits, keeping }, call),

    flush: () => blocks.flush(),
  };
}
