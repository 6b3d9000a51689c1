import type { Clock } from "../../resolver/contracts.ts";
import { clientKey } from "./client_key.ts";

/** Counts requests by client. */
export interface RateLimit {
  /** 0: go on; the request is counted. Otherwise the seconds after which another try passes. */
  take(clientAddress: string): number;
}

export interface RateLimitOptions {
  readonly clock: Clock;
  /** How many requests in a row pass after a pause. */
  readonly burst: number;
  readonly perMinute: number;
  /** Beyond this many the client that was seen longest ago is forgotten, and starts anew. */
  readonly maxClients: number;
}

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** A token bucket a client, in bounded memory. Good and bad requests cost the same. */
export function createRateLimit(options: RateLimitOptions): RateLimit {
  const { clock, burst, maxClients } = options;
  const perMillisecond = options.perMinute / 60_000;
  // A Map keeps the order of insertion: each client moves to the end when it is seen.
  const buckets = new Map<string, Bucket>();

  return {
    take(clientAddress) {
      const key = clientKey(clientAddress);
      const now = clock();
      const bucket = buckets.get(key) ?? { tokens: burst, filledAt: now };
      // A clock that was set back fills nothing, and takes nothing away.
      const passed = Math.max(0, now - bucket.filledAt);
      bucket.tokens = Math.min(burst, bucket.tokens + passed * perMillisecond);
      bucket.filledAt = now;
      buckets.delete(key);
      buckets.set(key, bucket);
      if (buckets.size > maxClients) forgetOldest(buckets);
      if (bucket.tokens < 1) return Math.ceil((1 - bucket.tokens) / perMillisecond / 1_000);
      bucket.tokens -= 1;
      return 0;
    },
  };
}

function forgetOldest(buckets: Map<string, Bucket>): void {
  for (const oldest of buckets.keys()) {
    buckets.delete(oldest);
    return;
  }
}
