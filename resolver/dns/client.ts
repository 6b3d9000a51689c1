import type { Call } from "../contracts.ts";

/** What a DNS server said. Throwing is for everything that is not an authoritative answer. */
export interface DnsAnswer<T> {
  /** Empty: NXDOMAIN, or the name has no record of that type. */
  readonly records: readonly T[];
  /** The AD bit: the resolver checked DNSSEC. */
  readonly authenticated: boolean;
  /** The smallest TTL of the records; for a negative answer the SOA's minimum (RFC 2308). Seconds. */
  readonly ttlSeconds: number;
}

/**
 * A DNS client over the transport that the `DNS` setting names.
 * Throws NameLookupError: `failed` (no server answered, SERVFAIL, REFUSED), `bogus` (DNSSEC says that
 * the answer was tampered with: SERVFAIL with an Extended DNS Error 6 to 12), `malformed`.
 */
export interface DnsClient {
  /** TXT records, the strings of each joined, decoded as UTF-8. */
  text(name: string, call: Call): Promise<DnsAnswer<string>>;
  /** A and AAAA records together. */
  addresses(name: string, call: Call): Promise<DnsAnswer<string>>;
}
