import { LRUCache } from "lru-cache";
import type { Clock } from "../contracts.ts";

/**
 * How many bytes a second may be spent, or whatever else is counted, by key; what was spent beyond it has
 * to be waited for.
 */
export interface BytePace {
  spend(key: string, bytes: number): void;
  /** How long until more may be spent, milliseconds; 0 = now. */
  wait(key: string): number;
}

/** `burst` bytes may be spent at once. Beyond `maxKeys` the key used longest ago starts anew. */
export function createBytePace(
  { perSecond, burst }: { readonly perSecond: number; readonly burst: number },
  { clock, maxKeys }: { clock: Clock; maxKeys: number },
): BytePace {
  const debts = new LRUCache<string, { readonly bytes: number; readonly at: number }>({
    max: maxKeys,
  });

  function debtOf(key: string): number {
    const debt = debts.get(key);
    if (debt === undefined) return 0;
    const paid = Math.max(0, clock() - debt.at) * perSecond / 1_000;
    return Math.max(0, debt.bytes - paid);
  }

  return {
    spend: (key, bytes) => void debts.set(key, { bytes: debtOf(key) + bytes, at: clock() }),
    wait: (key) => Math.ceil(Math.max(0, debtOf(key) - burst) / perSecond * 1_000),
  };
}
