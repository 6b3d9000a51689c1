import type { OurSpaceError } from "../../schemas/errors.ts";
import type { Call } from "../contracts.ts";
import { abortable, type Alarm, isTimeout } from "../deadline.ts";
import { ContentUnreachableError, type RoadReport } from "../errors.ts";
import type { Delivery, Race } from "./race.ts";
import { isRefused, refusedByPeer } from "./race_report.ts";

interface Fetch {
  readonly race: Race;
  readonly controller: AbortController;
  waiters: number;
}

/** The bounds of all fetches together. */
export interface SharedFetchesOptions {
  /**
   * Different fetches at the same time. One more ends the oldest with ContentUnreachableError: a flood of
   * content that nobody has would otherwise lock out what is there in a moment.
   */
  readonly limit: number;
  /** The deadline of each fetch, whatever its callers' deadlines are. */
  readonly milliseconds: number;
  readonly alarm: Alarm;
}

/** Lets everybody who wants the same bytes at the same time wait for one race. */
export interface SharedFetches {
  /**
   * Joins the race under way for the key, or starts one. It is stopped when the last caller has left.
   * A deadline, the caller's or the fetch's own, is a ContentUnreachableError that lists the roads, or a
   * RefusedByOperatorError when a peer had refused by then.
   */
  get(key: string, start: (signal: AbortSignal) => Race, call: Call): Promise<Delivery>;
}

/** No fetch is remembered: what came is kept by the caller. */
export function createSharedFetches(
  { limit, milliseconds, alarm }: SharedFetchesOptions,
): SharedFetches {
  const fetches = new Map<string, Fetch>();

  function makeRoom(): void {
    // A Map keeps the order of insertion: its first fetch was begun first.
    const [oldest] = fetches;
    if (oldest === undefined || fetches.size < limit) return;
    const [key, { race, controller }] = oldest;
    fetches.delete(key);
    controller.abort(overloaded(race));
  }

  function begin(key: string, start: (signal: AbortSignal) => Race): Fetch {
    makeRoom();
    const controller = new AbortController();
    const cancel = alarm(milliseconds, () => controller.abort(deadlinePassed()));
    const fetch: Fetch = { race: start(controller.signal), controller, waiters: 0 };
    fetches.set(key, fetch);
    const end = () => {
      cancel();
      if (fetches.get(key) === fetch) fetches.delete(key);
    };
    fetch.race.delivery.then(end, end);
    return fetch;
  }

  async function join(key: string, start: (signal: AbortSignal) => Race, { signal }: Call) {
    const fetch = fetches.get(key) ?? begin(key, start);
    fetch.waiters += 1;
    try {
      return await abortable(fetch.race.delivery, signal);
    } catch (error) {
      throw isTimeout(error) ? tooLate(fetch.race.reports(), error) : error;
    } finally {
      fetch.waiters -= 1;
      // A race that has ended is no longer in the map, and nobody may join one that is being stopped.
      if (fetch.waiters === 0 && fetches.get(key) === fetch) {
        fetches.delete(key);
        fetch.controller.abort(signal.reason);
      }
    }
  }

  return {
    async get(key, start, call) {
      const { aborted, reason } = call.signal;
      if (aborted) throw isTimeout(reason) ? tooLate([], reason) : reason;
      return await join(key, start, call);
    },
  };
}

function overloaded(race: Race): ContentUnreachableError {
  return new ContentUnreachableError("This gateway is fetching too much at the moment.", {
    roads: race.reports(),
    remedy: "Try again in a few seconds.",
  });
}

function tooLate(roads: readonly RoadReport[], cause: unknown): OurSpaceError {
  if (isRefused(roads)) return refusedByPeer();
  return new ContentUnreachableError("The content could not be fetched in time.", {
    roads,
    remedy: "Try again later; its publisher may be offline.",
    cause,
  });
}

function deadlinePassed(): DOMException {
  return new DOMException("The deadline of the fetch passed", "TimeoutError");
}
