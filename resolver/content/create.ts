import type { CID } from "multiformats/cid";
import type { BlockSource, Clock, DagRequest, Transport } from "../contracts.ts";
import { type Alarm, systemAlarm } from "../deadline.ts";
import type { BlockStore } from "../node/node.ts";
import { createBlocks } from "./blocks.ts";
import { RAW } from "./cid.ts";
import type { ContentReader } from "./content.ts";
import { readFeedDocument } from "./feed_document.ts";
import { type FolderContext, openPath } from "./folder.ts";
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
  const context: FolderContext = {
    limits,
    startLookup: (call) => startReading(shared, { kind: "media", maxBlocks: lookupBlocks }, call),
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

    async open(root, path, call, { whole = false } = {}) {
      const reading = context.startReading(whole ? wholeAt(root, path) : undefined, call);
      const entry = await openPath(root, path, reading, { ...context, goesOn: whole }).catch(
        (error) => {
          reading[Symbol.dispose]();
          throw error;
        },
      );
      if (entry.kind === "file" && whole) return entry;
      reading[Symbol.dispose]();
      return entry;
    },

    localBlock: (cid, call) => blocks.getLocal(cid, call),

    localDag: (request, call) => openLocalDag(request, blocks, limits, call),

    flush: () => blocks.flush(),
  };
}

/** A name behind a file's CID leads nowhere: of a folder then come only its own blocks. */
function wholeAt(root: CID, path: string): DagRequest | undefined {
  if (root.code === RAW) return undefined;
  return path.includes("/") ? { root, path, scope: "entity" } : { root, scope: "entity" };
}
