import { quote } from "../../schemas/quote.ts";
import type { Clock } from "../contracts.ts";
import type { DnsClient } from "../dns/client.ts";
import { OutboundError } from "../errors.ts";
import { createRateLimit, type Rate, type RateLimit } from "../rate_limit.ts";
import type { AddressRanges } from "./address_ranges.ts";
import type { Exchanger } from "./exchange.ts";
import { parseIpAddress } from "./ip_address.ts";
import { pinnedExchange } from "./pinned_exchange.ts";
import { checkStrangerUrl } from "./stranger_url.ts";
import { vettedAddresses } from "./vetted_addresses.ts";

/**
 * What one host, by its name, has to bear from this process. Content is cached and concurrent readers
 * share one request, so that a host with many feeds still stays far below.
 */
const HOST_RATE: Rate = { burst: 20, perSecond: 5 };

/**
 * The same by address, because whoever owns a domain can point any number of names at a victim. More,
 * because a content network's address serves many sites.
 */
const ADDRESS_RATE: Rate = { burst: 100, perSecond: 20 };

/** Hosts, and addresses, whose requests are counted at the same time. */
const MAX_HOSTS = 4_096;

/** What strangers' hosts are judged by. */
export interface StrangerOptions {
  readonly dns: DnsClient;
  readonly allowPrivate: AddressRanges;
  readonly clock: Clock;
  readonly certificateAuthorities: readonly string[];
}

/**
 * Exchanges with hosts that a stranger named: the URL and every address of its host are vetted, the
 * connection goes to a vetted address, and no host is asked too often.
 * Throws OutboundError `refused`, `dns`, `rate-limited`.
 */
export function createStrangerExchange(
  options: StrangerOptions,
): Exchanger {
  const memory = { clock: options.clock, maxKeys: MAX_HOSTS };
  const byHost = createRateLimit(HOST_RATE, memory);
  const byAddress = createRateLimit(ADDRESS_RATE, memory);

  function take(limit: RateLimit, key: string, host: string): void {
    if (limit.take(key) === 0) return;
    throw new OutboundError(`${quote(host)} was asked too often; it is left alone for a while.`, {
      reason: "rate-limited",
      remedy: "Try again in a minute.",
    });
  }

  return async (exchange) => {
    const { url, method, signal } = exchange;
    checkStrangerUrl(url);
    if (method !== "GET" && method !== "HEAD") {
      throw new OutboundError("Nothing is sent to a stranger's host.", { reason: "refused" });
    }
    take(byHost, url.hostname, url.hostname);
    const addresses = await vettedAddresses(url.hostname, options, { signal });
    for (const network of new Set(addresses.map(networkOf))) take(byAddress, network, url.hostname);
    signal.throwIfAborted();
    return await pinnedExchange(exchange, { ...options, addresses });
  };
}

/** An IPv4 address, or the /64 of an IPv6 address: one machine has as many of those as it likes. */
function networkOf(address: string): string {
  const parsed = parseIpAddress(address);
  return parsed?.version === 6 ? `${(parsed.value >> 64n).toString(16)}::/64` : address;
}
