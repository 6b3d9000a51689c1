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

/** For a reading of this part of a DAG. All trips end with the signal. */
export function createTrips(
  request: DagRequest,
  options: TripOptions,
): Trips {
  const trips = new Map<string, Trip>();

  function tripTo(source: BlockSource, position: number): Trip {
    const begun = trips.get(source.id);
    if (begun !== undefined) return begun;
    const trip = startTrip(source, from(position, request), options);
    trips.set(source.id, trip);
    return trip;
  }

  return {
    take: (source, cid, position, call) =>
      source.dag === undefined ? Promise.resolve(null) : tripTo(source, position).take(cid, call),
    isTravelling: () => [...trips.values()].some((trip) => trip.isUnderWay()),
  };
}

function from(position: number, request: DagRequest): DagRequest {
  if (position <= (request.range?.start ?? 0)) return request;
  return { ...request, scope: "entity", range: { ...request.range, start: position } };
}
