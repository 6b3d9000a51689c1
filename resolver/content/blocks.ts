import { LRUCache } from "lru-cache";
import type { CID } from "multiformats/cid";
import type { BlockSource, Call, Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import { ContentWrongError, type RoadReport } from "../errors.ts";
import type { BlockStore } from "../node/node.ts";
import { isInline, isReadable } from "./cid.ts";
import type { VerifiedContent } from "./content.ts";
import type { ContentLimits } from "./limits.ts";
import { type Delivery, startRace } from "./race.ts";
import { createRanking } from "./ranking.ts";
import type { Road } from "./road.ts";
import { createSharedFetches } from "./shared_fetches.ts";
import { verifyContent } from "./verified.ts";
import { createWriteBehind } from "./write_behind.ts";

/** Where blocks come from and are kept, and what they may cost. */
export interface BlocksOptions {
  readonly sources: readonly BlockSource[];
  /** Where fetched blocks are kept, or null in a gateway without a node. */
  readonly store: BlockStore | null;
  readonly clock: Clock;
  readonly alarm: Alarm;
  readonly limits: ContentLimits;
  /** Told of blocks that the store did not take. */
  readonly report: (error: unknown) => void;
}

/** The one place where blocks are asked for, hashed and kept. */
export interface Blocks {
  /**
   * From memory, this machine, or wherever it comes from first; `locations` are further roads to this
   * CID alone. Throws ContentUnreachableError, ContentWrongError.
   */
  get(cid: CID, call: Call, locations?: readonly Road[]): Promise<Delivery>;
  /** From memory or this machine, or null. */
  getLocal(cid: CID, call: Call): Promise<VerifiedContent | null>;
  /** Resolves when every fetched block has reached the store. */
  flush(): Promise<void>;
}

/** Asks this machine first; everybody else races, in the order of what is known about them. */
export function createBlocks(options: BlocksOptions): Blocks {
  const { sources, store, clock, alarm, limits, report } = options;
  const memory = createMemory(limits.cacheBytes);
  const ranking = createRanking(clock);
  const fetches = createSharedFetches({
    limit: limits.fetchesAtOnce,
    milliseconds: limits.blockMilliseconds,
    alarm,
  });
  const { pendingWriteBytes: maxPendingBytes, keptBytesPerDay: maxBytesPerDay } = limits;
  const writeBehind = store === null
    ? null
    : createWriteBehind({ store, maxPendingBytes, maxBytesPerDay, clock, report });
  const local = sources.filter((source) => source.local === true);
  const remote = sources.filter((source) => source.local !== true);

  /** The block that takes no asking: it is in its own CID, or in memory. */
  async function atHand(cid: CID): Promise<VerifiedContent | null> {
    if (!isInline(cid)) return memory.get(cid.toString()) ?? null;
    const { digest } = cid.multihash;
    return digest.length > limits.inlineBytes
      ? null
      : await verifyContent(cid, Uint8Array.from(digest));
  }

  function keep(cid: CID, { content, road }: Delivery): void {
    // A larger one came from a location: it is no block that others would accept.
    if (content.length > limits.blockBytes) return;
    memory.set(cid.toString(), content);
    if (local.every(({ id }) => id !== road)) writeBehind?.keep(cid, content);
  }

  return {
    async get(anyVersion, call, locations = []) {
      const cid = anyVersion.toV1();
      const held = await atHand(cid);
      if (held !== null) {
        return { content: held, mediaType: "", road: MEMORY.road, roads: [MEMORY] };
      }
      if (isInline(cid) || !isReadable(cid)) throw notReadable(cid);
      const roads = [
        ...local.map((source) => roadTo(cid, source, limits)),
        // The publisher named the locations for exactly this content: unknown ones come first.
        ...ranking.sort([...locations, ...remote.map((source) => roadTo(cid, source, limits))]),
      ];
      const key = [cid, ...locations.map(({ name }) => name)].join(" ");
      return await fetches.get(key, (signal) => {
        const { hedgeMilliseconds } = limits;
        const race = startRace(cid, roads, { signal, clock, alarm, ranking, hedgeMilliseconds });
        race.delivery.then((delivery) => keep(cid, delivery), () => {});
        return race;
      }, call);
    },

    async getLocal(anyVersion, call) {
      const cid = anyVersion.toV1();
      const held = await atHand(cid);
      if (held !== null) return held;
      for (const source of local) {
        const bytes = await source.get(cid, call);
        const block = bytes === null ? null : await verifyContent(cid, bytes);
        if (block !== null) return block;
      }
      return null;
    },

    flush: () => writeBehind?.flush() ?? Promise.resolve(),
  };
}

const MEMORY: RoadReport = {
  road: "memory",
  outcome: "delivered",
  reason: "This gateway held it already.",
  milliseconds: 0,
};

function createMemory(maxSize: number): LRUCache<string, VerifiedContent> {
  // An entry costs its key and bookkeeping too, which counts for many tiny blocks.
  return new LRUCache({ maxSize, sizeCalculation: (block) => block.length + 256 });
}

function roadTo(cid: CID, source: BlockSource, limits: ContentLimits): Road {
  return {
    name: source.id,
    maxBytes: limits.blockBytes,
    async fetch(signal) {
      const bytes = await source.get(cid, { signal });
      return bytes === null ? null : { bytes, mediaType: "" };
    },
  };
}

function notReadable(cid: CID): ContentWrongError {
  return new ContentWrongError(
    `The content at ${cid} is of a kind that this gateway does not read.`,
  );
}
