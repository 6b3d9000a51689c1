/** How long to wait before the next try; longer after every failure. */
export interface Backoff {
  /** Another try failed: the milliseconds until the next. */
  next(): number;
  /** A try succeeded. */
  reset(): void;
  /** Failures in a row. */
  failures(): number;
}

/** Of one node that others ask all the time: 1 s to 5 min. */
const PEER_WAITS = { first: 1_000, longest: 5 * 60_000 };

/**
 * Exponential, from the first to the longest wait in milliseconds, the second half of each at random:
 * followers of a node that comes back do not all come back at the same moment. `random` gives numbers
 * from 0 to 1.
 */
export function createBackoff(
  random: () => number,
  { first, longest }: { first: number; longest: number } = PEER_WAITS,
): Backoff {
  let failures = 0;

  return {
    next() {
      const most = Math.min(first * 2 ** failures, longest);
      failures = Math.min(failures + 1, 30);
      return most / 2 + random() * most / 2;
    },
    reset: () => void (failures = 0),
    failures: () => failures,
  };
}
