import type { CID } from "multiformats/cid";
import type { BlockSource, Call, DagRequest } from "../contracts.ts";
import { startTrip, type Trip, type TripOptions } from "./trip.ts";

/** The trips of one reading: at most one to each source, begun when the source's turn has come. */
export interface Trips {
  /**
   * The block from the source's trip; `null`: there is none, or it does not bring the block. `position`
   * is the block's place in the file: a trip that begins now begins there, since what lies before it
   * was read already, or is at hand.
   */
  take(
    source: BlockSource,
    cid: CID,
    position: number,
    call: Call & { readonly onSign: () => void },
  ): Promise<Uint8Array<ArrayBuffer> | null>;
  /** True while one of them is under way. */
  isTravelling(): boolean;
}

/**
 * For a reading of this part of a DAG. All trips end with the signal. A second trip for the same, while one
 * is under way, would bring each block once more: that reading finds in memory what the first brings, or
 * asks for single blocks, which all share.
 */
export function createTrips(
  request: DagRequest,
  options: TripOptions,
): Trips {
  const { underWay } = options.traffic;
  /** Null: another reading's brings it. */
  const trips = new Map<string, Trip | null>();

  function tripTo(source: BlockSource, position: number): Trip | null {
    const begun = trips.get(source.id);
    if (begun !== undefined) return begun;
    const trip = start(source, position);
    trips.set(source.id, trip);
    return trip;
  }

  function start(source: BlockSource, position: number): Trip | null {
    const { root, path = "", scope } = request;
    const key = `${source.id} ${scope} ${root}/${path}`;
    if (underWay.has(key)) return null;
    underWay.add(key);
    const trip = startTrip(source, from(position, request), options);
    void trip.end.then(() => underWay.delete(key));
    return trip;
  }

  return {
    async take(source, cid, position, call) {
      if (source.dag === undefined) return null;
      return await tripTo(source, position)?.take(cid, call) ?? null;
    },
    isTravelling: () => trips.values().some((trip) => trip?.isUnderWay() ?? false),
  };
}

function from(position: number, request: DagRequest): DagRequest {
  if (position <= (request.range?.start ?? 0)) return request;
  return { ...request, scope: "entity", range: { ...request.range, start: position } };
}
