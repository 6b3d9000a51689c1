import type { Clock } from "../contracts.ts";

/**
 * A block may come so long after it was no longer wanted, because it was on its way; so many are known
 * then. Milliseconds.
 */
const LATE_MILLISECONDS = 10_000;
const LATE_MAX = 256;

/** What was wanted of a peer until a moment ago: who sends it now is slow, and no forger. */
export interface LateKeys {
  add(key: string): void;
  has(key: string): boolean;
  /** True while something may still be on its way. */
  isOpen(): boolean;
}

export function createLateKeys(clock: Clock): LateKeys {
  const keys = new Set<string>();
  let openUntil = 0;
  const isOpen = () => openUntil > clock();

  return {
    add(key) {
      if (!isOpen()) keys.clear();
      openUntil = clock() + LATE_MILLISECONDS;
      if (keys.size < LATE_MAX) keys.add(key);
    },
    has: (key) => keys.has(key),
    isOpen,
  };
}
