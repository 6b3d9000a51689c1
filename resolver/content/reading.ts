import type { CID } from "multiformats/cid";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call, DagRequest } from "../contracts.ts";
import { ContentWrongError, type RoadReport } from "../errors.ts";
import type { ContentRules } from "../rules/operator_rules.ts";
import { refusedContent } from "../rules/refusals.ts";
import type { Blocks, Place } from "./blocks.ts";
import type { Roads } from "./content.ts";
import type { ContentLimits } from "./limits.ts";
import type { Locations } from "./locations.ts";
import type { Delivery } from "./race.ts";
import type { ContentKind } from "./ranking.ts";
import type { Traffic } from "./trip.ts";
import { createTrips } from "./trips.ts";
import { decodeNode, type UnixfsNode } from "./unixfs.ts";

/** Whatever gives the nodes of a DAG. */
export interface NodeLoader {
  /** Throws ContentWrongError for what is no UnixFS. */
  loadNode(cid: CID, place?: Place): Promise<UnixfsNode>;
}

/**
 * One task that loads blocks, with its budget and its record of roads: it throws ContentWrongError when
 * the budget is used up, and RefusedByOperatorError. Every block that is loaded for a visitor is loaded by a
 * reading. Disposing of it ends its trips, and whatever is still on its way.
 */
export interface Reading extends NodeLoader, Disposable {
  load(cid: CID): Promise<Delivery>;
  /** True while some source sends the blocks of this reading together. */
  readonly isTravelling: () => boolean;
  /** The roads that were asked so far, each once. */
  roads(): RoadReport[];
}

/** What is told of the roads of several readings, each road once. */
export function roadsOf(...readings: readonly Reading[]): RoadReport[] {
  const reports = new Map<string, RoadReport>();
  for (const reading of readings) for (const report of reading.roads()) note(reports, report);
  return [...reports.values()];
}

/** What a reading is for. */
export interface ReadingPlan {
  readonly kind: ContentKind;
  /** The budget, in blocks. */
  readonly maxBlocks: number;
  readonly roads: Roads;
  /** What is going to be read, for sources that bring it in one trip; without it, block by block. */
  readonly dag?: DagRequest | undefined;
  /** The pointer whose content it is, whose locations are roads as well. */
  readonly pointer?: VerifiedPointer | undefined;
}

/** What all readings share. */
export interface ReadingContext {
  readonly blocks: Blocks;
  readonly locations: Locations;
  readonly traffic: Traffic;
  readonly limits: ContentLimits;
  readonly rules: ContentRules;
}

/** When one road has several blocks to answer for: what it is remembered for. */
const WEIGHT = { forged: 5, delivered: 4, failed: 3, refused: 2, none: 1, skipped: 0 } as const;

function note(reports: Map<string, RoadReport>, report: RoadReport): void {
  const earlier = reports.get(report.road);
  if (earlier === undefined || WEIGHT[report.outcome] > WEIGHT[earlier.outcome]) {
    reports.set(report.road, report);
  }
}

/** The signal ends the reading, and so does disposing of it. */
export function startReading(
  { blocks, locations, traffic, limits, rules }: ReadingContext,
  { kind, maxBlocks, roads, dag, pointer }: ReadingPlan,
  { signal }: Call,
): Reading {
  const reports = new Map<string, RoadReport>();
  const end = new AbortController();
  const call: Call = { signal: AbortSignal.any([signal, end.signal]) };
  const trips = dag === undefined ? undefined : createTrips(dag, { limits, traffic, ...call });
  let loaded = 0;

  async function load(cid: CID, place?: Place): Promise<Delivery> {
    if (rules.refusesBlock(cid)) throw refusedContent();
    loaded += 1;
    if (loaded > maxBlocks) {
      throw new ContentWrongError(
        `The content is spread over more than ${maxBlocks} blocks, more than this gateway reads.`,
      );
    }
    const delivery = await blocks.get(cid, call, {
      kind,
      roads,
      trips,
      place,
      locations: pointer === undefined ? [] : locations.roadsTo(cid, pointer),
      lastRoads: pointer === undefined && roads === "all" ? locations.knownRoadsTo(cid) : [],
    });
    for (const report of delivery.roads) note(reports, report);
    return delivery;
  }

  return {
    load: (cid) => load(cid),
    loadNode: async (cid, place) => await decodeNode(cid, (await load(cid, place)).content, limits),
    isTravelling: () => trips?.isTravelling() ?? false,
    roads: () => [...reports.values()],
    [Symbol.dispose]: () => end.abort(),
  };
}
