import type { Call, Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import { pause } from "./pause.ts";

/** Work that must not starve visitors, done in small pieces, one at a time. */
export interface Pace {
  /** Waits for its turn. Throws what the piece throws, or the signal's reason. */
  run<T>(piece: () => Promise<T>): Promise<T>;
}

/** Work up to so long goes on without a rest: shorter than a visitor notices. */
const SLICE_MILLISECONDS = 5;
/** A piece that took longer (a busy machine, a clock that was set) earns no longer rest. */
const LONGEST_REST_MILLISECONDS = 1_000;

/**
 * After each slice of work as long a rest: at most half of the process's time. A record costs up to
 * 1 ms to verify and a disk flush to store, so that a first sync of 100,000 takes minutes, and
 * visitors hardly notice it.
 */
export function createPace(options: Call & { clock: Clock; alarm: Alarm }): Pace {
  const { clock } = options;
  let last: Promise<unknown> = Promise.resolve();
  let worked = 0;

  async function rest(): Promise<void> {
    if (worked < SLICE_MILLISECONDS) return;
    const milliseconds = Math.min(worked, LONGEST_REST_MILLISECONDS);
    worked = 0;
    await pause(milliseconds, options);
  }

  async function turn<T>(before: Promise<unknown>, piece: () => Promise<T>): Promise<T> {
    await before.catch(() => {});
    await rest();
    options.signal.throwIfAborted();
    const startedAt = clock();
    try {
      return await piece();
    } finally {
      worked += Math.max(0, clock() - startedAt);
    }
  }

  return {
    run<T>(piece: () => Promise<T>): Promise<T> {
      const mine = turn(last, piece);
      last = mine;
      return mine;
    },
  };
}
