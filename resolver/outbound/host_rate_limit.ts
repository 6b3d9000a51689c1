import type { Clock } from "../contracts.ts";

/** How often one host may be asked: at most `burst` at once, and `perSecond` in the long run. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Beyond this many hosts the one asked longest ago is forgotten: about 1 MB. */
const MAX_HOSTS = 4096;

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** A token bucket for each host, so that this process cannot be made to flood somebody. */
export class HostRateLimit {
  readonly #rate: Rate;
  readonly #clock: Clock;
  /** In the order of their last use: a Map keeps the order of insertion. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** Takes one request from the host's allowance; false when there is none left. */
  take(host: string): boolean {
    const bucket = this.#refilled(host);
    this.#buckets.delete(host);
    this.#buckets.set(host, bucket);
    this.#forgetOldest();
    if (bucket.tokens < 1) return false;
    bucket.tokens -= 1;
    return true;
  }

  #refilled(host: string): Bucket {
    const now = this.#clock();
    const bucket = this.#buckets.get(host);
    if (bucket === undefined) return { tokens: this.#rate.burst, filledAt: now };
    // A clock that was set back must not empty the bucket.
    const seconds = Math.max(0, now - bucket.filledAt) / 1000;
    const tokens = Math.min(this.#rate.burst, bucket.tokens + seconds * this.#rate.perSecond);
    return { tokens, filledAt: now };
  }

  #forgetOldest(): void {
    if (this.#buckets.size <= MAX_HOSTS) return;
    for (const oldest of this.#buckets.keys()) {
      this.#buckets.delete(oldest);
      return;
    }
  }
}
