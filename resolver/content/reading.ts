import type { CID } from "multiformats/cid";
import type { Call } from "../contracts.ts";
import { ContentWrongError, type RoadReport } from "../errors.ts";
import type { ContentRules } from "../rules/operator_rules.ts";
import { refusedContent } from "../rules/refusals.ts";
import type { Blocks } from "./blocks.ts";
import type { Roads } from "./content.ts";
import type { Delivery } from "./race.ts";
import type { Road } from "./road.ts";
import { decodeNode, type UnixfsNode } from "./unixfs.ts";

/** One task that loads blocks, with its budget and its record of roads. */
export interface Reading {
  /** Throws ContentWrongError when the budget is used up, and RefusedByOperatorError. */
  load(cid: CID, locations?: readonly Road[]): Promise<Delivery>;
  /** The same, decoded. Throws ContentWrongError for what is no UnixFS. */
  loadNode(cid: CID): Promise<UnixfsNode>;
  /** The roads that were asked so far, each once. */
  roads(): RoadReport[];
}

/** When one road has several blocks to answer for: what it is remembered for. */
const WEIGHT = { forged: 4, delivered: 3, failed: 2, none: 1, skipped: 0 } as const;

/** What bounds a reading. */
export interface ReadingOptions {
  /** The budget of this task. */
  readonly maxBlocks: number;
  /** A node with more is refused. */
  readonly maxLinks: number;
  readonly roads: Roads;
  readonly rules: ContentRules;
}

/** Every block that is loaded for a visitor is loaded by a reading. */
export function startReading(
  blocks: Blocks,
  { maxBlocks, maxLinks, roads, rules }: ReadingOptions,
  call: Call,
): Reading {
  const reports = new Map<string, RoadReport>();
  let loaded = 0;
  const reading: Reading = {
    async load(cid, locations = []) {
      if (rules.refusesBlock(cid)) throw refusedContent();
      loaded += 1;
      if (loaded > maxBlocks) {
        throw new ContentWrongError(
          `The content is spread over more than ${maxBlocks} blocks, more than this gateway reads.`,
        );
      }
      const delivery = await blocks.get(cid, call, { locations, roads });
      for (const report of delivery.roads) {
        const earlier = reports.get(report.road);
        if (earlier === undefined || WEIGHT[report.outcome] > WEIGHT[earlier.outcome]) {
          reports.set(report.road, report);
        }
      }
      return delivery;
    },
    async loadNode(cid) {
      return await decodeNode(cid, (await reading.load(cid)).content, maxLinks);
    },
    roads: () => [...reports.values()],
  };
  return reading;
}
