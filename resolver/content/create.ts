import { CID } from "multiformats/cid";
import { quote } from "../../schemas/quote.ts";
import type { BlockSource, Call, Clock, Transport } from "../contracts.ts";
import { type Alarm, systemAlarm } from "../deadline.ts";
import { PathNotFoundError } from "../errors.ts";
import type { BlockStore } from "../node/node.ts";
import { type ContentRules, NO_RULES } from "../rules/operator_rules.ts";
import { refusedContent } from "../rules/refusals.ts";
import { createBlocks } from "./blocks.ts";
import type { ContentReader, Roads } from "./content.ts";
import { readFeedDocument } from "./feed_document.ts";
import { type FolderContext, openEntry } from "./folder.ts";
import { type ContentLimits, contentLimits } from "./limits.ts";
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
  /** None unless given. */
  readonly rules?: ContentRules;
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
  const { rules = NO_RULES } = options;
  const blocks = createBlocks({ ...options, sources: blockSources, limits, alarm });

  function contextOf(roads: Roads): FolderContext {
    const bounds = { maxLinks: limits.nodeLinks, roads, rules };
    const start = (maxBlocks: number) => (call: Call) =>
      startReading(blocks, { ...bounds, maxBlocks }, call);
    const { lookupBlocks, readBlocks } = limits;
    return { limits, rules, startLookup: start(lookupBlocks), startReading: start(readBlocks) };
  }

  const contexts = { all: contextOf("all"), near: contextOf("near") };

  function check(root: CID, path: string): void {
    if (rules.refusesPath(root, path)) throw refusedContent();
  }

  return {
    async feedDocument(pointer, call) {
      const root = CID.parse(pointer.cid);
      check(root, "");
      const context = contexts.all;
      const reading = context.startLookup(call);
      const document = await readFeedDocument(pointer, transports, reading, context);
      check(root, document.name);
      return document;
    },

    async open(root, path, call) {
      check(root, path);
      const context = contexts[call.roads ?? "all"];
      const single = !path.includes("/");
      // Links to a file of a folder are made of its own CID and its name: there is nothing to look up.
      const entry = await openEntry(root, single ? path : "", context.startLookup(call), context);
      if (path === "" || (single && entry.kind === "file")) return entry;
      const found = entry.kind === "folder" ? await entry.find(path, call) : null;
      if (found !== null) return found;
      throw new PathNotFoundError(`There is no ${quote(path)} in the content at ${root}.`);
    },

    async localBlock(cid, call) {
      check(cid, "");
      if (rules.refusesBlock(cid)) throw refusedContent();
      return await blocks.getLocal(cid, call);
    },

    flush: () => blocks.flush(),
  };
}
