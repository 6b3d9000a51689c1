import { LRUCache } from "lru-cache";
import type { Clock } from "./contracts.ts";

/** How often something may happen: at most `burst` times at once, and `perSecond` in the long run. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** A token bucket for each key. */
export interface RateLimit {
  /** 0: go on; it is counted. Otherwise the whole seconds after which another try passes. */
  take(key: string): number;
}

interface Bucket {
  readonly tokens: number;
  readonly filledAt: number;
}

/**
 * `maxKeys` bounds the memory, some 200 bytes a key: beyond it the key that was used longest ago is
 * forgotten, and starts anew. What is refused costs nothing.
 */
export function createRateLimit(
  { burst, perSecond }: Rate,
  { clock, maxKeys }: { clock: Clock; maxKeys: number },
): RateLimit {
  const buckets = new LRUCache<string, Bucket>({ max: maxKeys });

  return {
    take(key) {
      const now = clock();
      const { tokens: left, filledAt } = buckets.get(key) ?? { tokens: burst, filledAt: now };
      // A clock that was set back fills nothing, and takes nothing away.
      const seconds = Math.max(0, now - filledAt) / 1_000;
      const tokens = Math.min(burst, left + seconds * perSecond);
      const passes = tokens >= 1;
      buckets.set(key, { tokens: passes ? tokens - 1 : tokens, filledAt: now });
      return passes ? 0 : Math.ceil((1 - tokens) / perSecond);
    },
  };
}
