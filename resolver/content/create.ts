import { CID } from "multiformats/cid";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { BlockSource, Call, Clock, DagRequest, Transport } from "../contracts.ts";
import { type Alarm, systemAlarm } from "../deadline.ts";
import type { BlockStore } from "../node/node.ts";
import { type ContentRules, NO_RULES } from "../rules/operator_rules.ts";
import { refusedContent } from "../rules/refusals.ts";
import { createBlocks } from "./blocks.ts";
import { RAW } from "./cid.ts";
import type { ContentReader, Roads } from "./content.ts";
import { readFeedDocument } from "./feed_document.ts";
import { type FolderContext, openPath } from "./folder.ts";
import { type ContentLimits, contentLimits } from "./limits.ts";
import { type FilePlace, loadAll, type Loaded, loadFile } from "./load_all.ts";
import type { Keeping } from "./tally.ts";
import { openLocalDag } from "./local_dag.ts";
import { createLocations } from "./locations.ts";
import { type ReadingContext, startReading } from "./reading.ts";
import { createTraffic } from "./trip.ts";

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
  /** None unless given. */
  readonly rules?: ContentRules;
  /** Told of blocks that the store did not take, e.g. because the disk is full. */
  readonly report: (error: unknown) => void;
}

/** A reader that keeps what it fetched. */
export interface StoringContentReader extends ContentReader {
  /** Everything behind a pointer, into `keeping`. Throws like `feedDocument`, and what `keeping` throws. */
  loadAll(pointer: VerifiedPointer, keeping: Keeping, call: Call): Promise<Loaded>;
  /** A file by its own CID or a path, into `keeping`. Throws like `open`, and what `keeping` throws. */
  loadFile(place: FilePlace, keeping: Keeping, call: Call): Promise<Loaded>;
  /**
   * For the end, when nobody reads any more: leaves the locations that are still being read for the next
   * visitors, and resolves when every fetched block has reached the store.
   */
  close(): Promise<void>;
}

/** The one verifying reader: nothing reaches a visitor that was not hashed here. */
export function createContentReader(options: ContentReaderOptions): StoringContentReader {
  const { blockSources, transports, limits = contentLimits, alarm = systemAlarm } = options;
  const { rules = NO_RULES } = options;
  const { lookupBlocks, readBlocks } = limits;
  const blocks = createBlocks({ ...options, sources: blockSources, limits, alarm });
  const locations = createLocations({ transports, limits, alarm, keep: blocks.keep });
  const traffic = createTraffic();
  const shared: ReadingContext = { blocks, locations, traffic, limits, rules };

  function contextOf(roads: Roads): FolderContext {
    const start = (maxBlocks: number, dag: DagRequest | undefined, call: Call) =>
      startReading(shared, { kind: "media", maxBlocks, roads, dag }, call);
    return {
      limits,
      rules,
      startLookup: (call) => start(lookupBlocks, undefined, call),
      startReading: (dag, call) => start(readBlocks, dag, call),
    };
  }

  const contexts = { all: contextOf("all"), near: contextOf("near") };

  function check(root: CID, path: string): void {
    if (rules.refusesPath(root, path)) throw refusedContent();
  }

  return {
    async feedDocument(pointer, call) {
      const root = CID.parse(pointer.cid);
      check(root, "");
      const plan = { kind: "feed", maxBlocks: lookupBlocks, roads: "all", pointer } as const;
      const document = await readFeedDocument(pointer, {
        ...contexts.all,
        startFeed: (dag) => startReading(shared, { ...plan, dag }, call),
      });
      check(root, document.name);
      return document;
    },

    async open(root, path, call, { whole = false, roads = "all" } = {}) {
      check(root, path);
      const context = { ...contexts[roads], goesOn: whole };
      const reading = context.startReading(whole ? wholeAt(root, path) : undefined, call);
      const entry = await openPath(root, path, reading, context).catch((error) => {
        reading[Symbol.dispose]();
        throw error;
      });
      if (entry.kind === "folder" || !whole) reading[Symbol.dispose]();
      return entry;
    },

    async localBlock(cid, call) {
      check(cid, "");
      if (rules.refusesBlock(cid)) throw refusedContent();
      return await blocks.getLocal(cid, call);
    },

    async localDag(request, call) {
      check(request.root, request.path);
      return await openLocalDag(request, shared, call);
    },

    loadAll: (pointer, keeping, call) => loadAll(pointer, { shared, keeping }, call),

    loadFile: (place, keeping, call) => loadFile(place, { shared, keeping }, call),

    async close() {
      locations.close();
      await blocks.flush();
    },
  };
}

/** A name behind a file's CID leads nowhere: of a folder then come only its own blocks. */
function wholeAt(root: CID, path: string): DagRequest | undefined {
  if (root.code === RAW) return undefined;
  return path.includes("/") ? { root, path, scope: "entity" } : { root, scope: "entity" };
}
