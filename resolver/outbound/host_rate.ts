import { quote } from "../../schemas/quote.ts";
import type { Clock } from "../contracts.ts";
import { OutboundError } from "../errors.ts";
import { createRateLimit, type Rate } from "../rate_limit.ts";

/**
 * What one host, by its name, has to bear from this process. Content is cached and concurrent readers
 * share one request, so that a host with many feeds still stays far below.
 */
export const HOST_RATE: Rate = { burst: 20, perSecond: 5 };

/** Hosts, and addresses, whose requests are counted at the same time. */
const MAX_HOSTS = 4_096;

/**
 * Counts a request by its key; `host` is what the error names. Throws OutboundError `rate-limited` when
 * there were too many.
 */
export type CountRequest = (key: string, host: string) => void;

/** A count of requests to strangers' hosts. */
export function createRequestCount(rate: Rate, clock: Clock): CountRequest {
  const limit = createRateLimit(rate, { clock, maxKeys: MAX_HOSTS });
  return (key, host) => {
    if (limit.take(key) === 0) return;
    throw new OutboundError(`${quote(host)} was asked too often; it is left alone for a while.`, {
      reason: "rate-limited",
      remedy: "Try again in a minute.",
    });
  };
}
