import { LRUCache } from "lru-cache";
import type { CID } from "multiformats/cid";
import type { BlockSource, Call, Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import { ContentWrongError, type RoadReport } from "../errors.ts";
import type { BlockStore } from "../node/node.ts";
import { isInline, isReadable } from "./cid.ts";
import type { Roads, VerifiedContent } from "./content.ts";
import type { ContentLimits } from "./limits.ts";
import { type Delivery, startRace } from "./race.ts";
import { type ContentKind, createRankings } from "./ranking.ts";
import type { Road } from "./road.ts";
import { createSharedFetches } from "./shared_fetches.ts";
import type { Trips } from "./trips.ts";
import { bytesInMemory, verifyContent } from "./verified.ts";
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

/** What a block is wanted for. */
export interface BlockUse {
  readonly kind: ContentKind;
  /** `all` unless given. */
  readonly roads?: Roads;
  /** Further roads, to this CID alone. */
  readonly locations?: readonly Road[];
  /** Roads that cost so much that they are taken when no other leads there. */
  readonly lastRoads?: readonly Road[];
  /** Sources bring the blocks of one reading together, where they can. */
  readonly trips?: Trips | undefined;
  /** A part of a file. */
  readonly place?: Place | undefined;
}

/** Where a block lies in the file that is read. */
export interface Place {
  /** Where it begins, bytes. */
  readonly position: number;
  /** What the whole file has. */
  readonly fileBytes: number;
}

/** The one place where blocks are asked for, hashed and kept. */
export interface Blocks {
  /**
   * From memory, this machine, or wherever it comes from first.
   * Throws ContentUnreachableError, ContentWrongError, and RefusedByOperatorError when a peer refuses it.
   */
  get(cid: CID, call: Call, use?: BlockUse): Promise<Delivery>;
  /** Keeps a block that came without being asked for. */
  keep(cid: CID, block: VerifiedContent): void;
  /** From memory or this machine, or null. */
  getLocal(cid: CID, call: Call): Promise<VerifiedContent | null>;
  /** Resolves when every fetched block has reached the store. */
  flush(): Promise<void>;
}

/** Asks this machine first; everybody else races, in the order of what is known about them. */
export function createBlocks(options: BlocksOptions): Blocks {
  const { sources, store, clock, alarm, limits, report } = options;
  const memory = createMemory(limits.cacheBytes);
  /** A film comes by once: it must not push out every page and picture that others look at. */
  const passing = createMemory(limits.passingBytes);
  const rankings = createRankings(clock);
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
  function atHand(cid: CID): VerifiedContent | null {
    if (!isInline(cid)) return memory.get(cid.toString()) ?? passing.get(cid.toString()) ?? null;
    const { digest } = cid.multihash;
    return digest.length > limits.inlineBytes ? null : verifyContent(cid, Uint8Array.from(digest));
  }

  function keep(cid: CID, content: VerifiedContent, road = "", place?: Place): void {
    // A larger one came from a location: it is no block that others would accept.
    if (content.length > limits.blockBytes) return;
    const passes = place !== undefined && place.fileBytes > limits.passingBytes / 2;
    (passes ? passing : memory).set(cid.toString(), content);
    if (local.every(({ id }) => id !== road)) writeBehind?.keep(cid, content);
  }

  return {
    async get(anyVersion, call, use = BY_ITSELF) {
      const { kind, roads: asked = "all", locations = [], lastRoads = [] } = use;
      const cid = anyVersion.toV1();
      const held = atHand(cid);
      if (held !== null) {
        return { content: held, mediaType: "", road: MEMORY.road, roads: [MEMORY] };
      }
      if (isInline(cid) || !isReadable(cid)) throw notReadable(cid);
      const ranking = rankings(kind);
      const roads = [
        ...local.map((source) => roadTo(cid, source, use, limits)),
        // The publisher named the locations for exactly this content: unknown ones come first.
        ...ranking.sort([
          ...locations,
          ...remote.filter(({ near }) => asked === "all" || near === true)
            .map((source) => roadTo(cid, source, use, limits)),
        ]),
        ...lastRoads,
      ];
      const key = [cid, asked, ...[...locations, ...lastRoads].map(({ name }) => name)].join(" ");
      return await fetches.get(key, (signal) => {
        const { hedgeMilliseconds } = limits;
        const race = startRace(cid, roads, { signal, clock, alarm, ranking, hedgeMilliseconds });
        race.delivery.then(({ content, road }) => keep(cid, content, road, use.place), () => {});
        return race;
      }, call);
    },

    keep: (cid, block) => keep(cid, block),

    async getLocal(anyVersion, call) {
      const cid = anyVersion.toV1();
      const held = atHand(cid);
      if (held !== null) return held;
      for (const source of local) {
        const bytes = await source.get(cid, call);
        const block = bytes === null ? null : verifyContent(cid, bytes);
        if (block !== null) return block;
      }
      return null;
    },

    flush: () => writeBehind?.flush() ?? Promise.resolve(),
  };
}

const BY_ITSELF: BlockUse = { kind: "media" };

const MEMORY: RoadReport = {
  road: "memory",
  outcome: "delivered",
  reason: "This gateway held it already.",
  milliseconds: 0,
};

function createMemory(maxSize: number): LRUCache<string, VerifiedContent> {
  return new LRUCache({ maxSize, sizeCalculation: (block) => bytesInMemory(block) });
}

function roadTo(
  cid: CID,
  source: BlockSource,
  { trips, place }: BlockUse,
  limits: ContentLimits,
): Road {
  return {
    name: source.id,
    knownAs: source.id,
    local: source.local === true,
    maxBytes: limits.blockBytes,
    async fetch(call) {
      const together = await trips?.take(source, cid, place?.position ?? 0, call) ?? null;
      const bytes = together ?? await source.get(cid, call);
      return bytes === null ? null : { bytes, mediaType: "" };
    },
  };
}

function notReadable(cid: CID): ContentWrongError {
  return new ContentWrongError(
    `The content at ${cid} is of a kind that this gateway does not read.`,
  );
}
