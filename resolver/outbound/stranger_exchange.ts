import type { Clock } from "../contracts.ts";
import type { DnsClient } from "../dns/client.ts";
import type { Rate } from "../rate_limit.ts";
import type { AddressRanges } from "./address_ranges.ts";
import { connectionExchange } from "./connection_exchange.ts";
import type { Exchanger } from "./exchange.ts";
import { createRequestCount, HOST_RATE } from "./host_rate.ts";
import { parseIpAddress } from "./ip_address.ts";
import { pinnedSocket } from "./pinned_socket.ts";
import { checkOnlyReads, checkStrangerUrl } from "./stranger_url.ts";
import { vettedAddresses } from "./vetted_addresses.ts";

/**
 * What one address has to bear beside HOST_RATE, because whoever owns a domain can point any number of
 * names at a victim. More, because a content network's address serves many sites.
 */
const ADDRESS_RATE: Rate = { burst: 100, perSecond: 20 };

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
  const countForHost = createRequestCount(HOST_RATE, options.clock);
  const countForAddress = createRequestCount(ADDRESS_RATE, options.clock);

  return async (exchange) => {
    const { url, method, signal } = exchange;
    checkStrangerUrl(url);
    checkOnlyReads(method);
    countForHost(url.hostname, url.hostname);
    const addresses = await vettedAddresses(url.hostname, options, { signal });
    for (const network of new Set(addresses.map(networkOf))) countForAddress(network, url.hostname);
    signal.throwIfAborted();
    const connect = await pinnedSocket(url, { ...options, addresses });
    return await connectionExchange(exchange, connect);
  };
}

/** An IPv4 address, or the /64 of an IPv6 address: one machine has as many of those as it likes. */
function networkOf(address: string): string {
  const parsed = parseIpAddress(address);
  return parsed?.version === 6 ? `${(parsed.value >> 64n).toString(16)}::/64` : address;
}
