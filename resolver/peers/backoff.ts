/** How long to wait before the next try; longer after every failure. */
export interface Backoff {
  /** Another try failed: the milliseconds until the next. */
  next(): number;
  /** A try succeeded. */
  reset(): void;
  /** Failures in a row. */
  failures(): number;
}

const FIRST_MILLISECONDS = 1_000;
const LONGEST_MILLISECONDS = 5 * 60_000;

/**
 * Exponential, 1 s to 5 min, the second half of each wait at random: followers of a node that comes
 * back do not all come back at the same moment. `random` gives numbers from 0 to 1.
 */
export function createBackoff(random: () => number): Backoff {
  let failures = 0;

  return {
    next() {
      const most = Math.min(FIRST_MILLISECONDS * 2 ** failures, LONGEST_MILLISECONDS);
      failures = Math.min(failures + 1, 30);
      return most / 2 + random() * most / 2;
    },
    reset: () => void (failures = 0),
    failures: () => failures,
  };
}
