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
import { openLocalDag } from "./local_dag.ts";
import { createLocations } from "./locations.ts";
import { type ReadingContext, startReading } from "./reading.ts";

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
  /** Resolves when every fetched block has reached the store. */
  flush(): Promise<void>;
}

/** The one verifying reader: nothing reaches a visitor that was not hashed here. */
export function createContentReader(options: ContentReaderOptions): StoringContentReader {
  const { blockSources, transports, limits = contentLimits, alarm = systemAlarm } = options;
  const { lookupBlocks, readBlocks } = limits;
  const blocks = createBlocks({ ...options, sources: blockSources, limits, alarm });
  const locations = createLocations({ transports, limits, alarm, keep: blocks.keep });
  const shared: ReadingContext = { blocks, locations, limits };
  const startLookup = (call: Call) =>
    startReading(shared, { kind: "media", maxBlocks: lookupBlocks }, call);
  const context: FolderContext = {
    limits,
    startLookup,
    startReading: (dag, call) =>
      startReading(shared, { kind: "media", maxBlocks: readBlocks, dag }, call),
  };

  return {
    feedDocument: (pointer, call) =>
      readFeedDocument(pointer, {
        ...context,
        startFeed: (dag) =>
          startReading(shared, { kind: "feed", maxBlocks: lookupBlocks, dag, pointer }, call),
      }),

    async open(root, path, call) {
      const single = !path.includes("/");
      using lookup = startLookup(call);
      // Links to a file of a folder are made of its own CID and its name: there is nothing to look up.
      const entry = await openEntry(root, single ? path : "", lookup, context);
      if (path === "" || (single && entry.kind === "file")) return entry;
      const found = entry.kind === "folder" ? await entry.find(path, call) : null;
      if (found !== null) return found;
      throw new PathNotFoundError(`There is no ${quote(path)} in the content at ${root}.`);
    },

    localBlock: (cid, call) => blocks.getLocal(cid, call),

    localDag: (request, call) => openLocalDag(request, blocks, limits, call),

    flush: () => blocks.flush(),
  };
}
