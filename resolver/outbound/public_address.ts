import { type AddressRange, inRange, parseAddressRange } from "./address_ranges.ts";
import { type IpAddress, parseIpAddress } from "./ip_address.ts";

/**
 * What IANA's registries of special-purpose addresses (RFC 6890) keep from being ordinary hosts of
 * the Internet, and what else no publisher's server can have.
 */
const SPECIAL: readonly (readonly [range: string, meaning: string])[] = [
  ["0.0.0.0/8", "an unspecified address"], // RFC 791
  ["10.0.0.0/8", "a private address"], // RFC 1918
  ["100.64.0.0/10", "a provider's shared address"], // RFC 6598
  ["127.0.0.0/8", "a loopback address"], // RFC 1122
  ["169.254.0.0/16", "a link-local address"], // RFC 3927; cloud metadata services too
  ["172.16.0.0/12", "a private address"], // RFC 1918
  ["192.0.0.0/24", "a reserved address"], // RFC 6890
  ["192.0.2.0/24", "a documentation address"], // RFC 5737
  ["192.31.196.0/24", "a DNS sink's address"], // AS112, RFC 7535
  ["192.52.193.0/24", "a multicast relay's address"], // AMT, RFC 7450
  ["192.88.99.0/24", "a 6to4 relay's address"], // RFC 7526
  ["192.168.0.0/16", "a private address"], // RFC 1918
  ["192.175.48.0/24", "a DNS sink's address"], // AS112, RFC 7534
  ["198.18.0.0/15", "a benchmarking address"], // RFC 2544
  ["198.51.100.0/24", "a documentation address"], // RFC 5737
  ["203.0.113.0/24", "a documentation address"], // RFC 5737
  ["224.0.0.0/4", "a multicast address"], // RFC 5771
  ["240.0.0.0/4", "a reserved address"], // RFC 1112; the broadcast address too
  ["::/127", "a loopback or unspecified address"], // RFC 4291
  ["64:ff9b:1::/48", "a local translator's address"], // NAT64, RFC 8215
  ["100::/64", "a discarding address"], // RFC 6666
  ["2001::/32", "a tunnelled address"], // Teredo, RFC 4380: leads to an IPv4 host behind a NAT
  ["2001::/23", "a reserved address"], // RFC 2928: benchmarking, AMT, AS112, ORCHID, DRIP
  ["2001:db8::/32", "a documentation address"], // RFC 3849
  ["2002::/16", "a tunnelled address"], // 6to4, RFC 3056: leads to any IPv4 host
  ["2620:4f:8000::/48", "a DNS sink's address"], // AS112, RFC 7534
  ["3fff::/20", "a documentation address"], // RFC 9637
  ["fc00::/7", "a private address"], // RFC 4193
  ["fe80::/10", "a link-local address"], // RFC 4291
  ["fec0::/10", "a private address"], // site-local, RFC 3879
  ["ff00::/8", "a multicast address"], // RFC 4291
];

/** All global unicast IPv6 addresses that IANA gives out (RFC 4291, section 2.4). */
const GLOBAL_IPV6 = range("2000::/3");

/** IPv6 addresses that stand for the IPv4 address in their last 32 bits. */
const EMBEDDED_IPV4 = [
  range("::ffff:0:0/96"), // IPv4-mapped, RFC 4291
  range("64:ff9b::/96"), // NAT64, RFC 6052: how a machine without IPv4 reaches an IPv4 host
];

const SPECIAL_RANGES = SPECIAL.map(([text, meaning]) => ({ ...range(text), meaning }));

/**
 * Why a stranger's host may not have this address, as a noun (`a private address`); null when it is
 * an ordinary address of the public Internet. A text that is no address is not public.
 */
export function whyNotPublic(text: string): string | null {
  const address = parseIpAddress(text);
  return address === null ? "no IP address" : judge(address);
}

function judge(address: IpAddress): string | null {
  if (EMBEDDED_IPV4.some((embedded) => inRange(address, embedded))) {
    return judge({ version: 4, value: address.value & 0xffff_ffffn });
  }
  const special = SPECIAL_RANGES.find((special) => inRange(address, special));
  if (special !== undefined) return special.meaning;
  return address.version === 4 || inRange(address, GLOBAL_IPV6) ? null : "a reserved address";
}

function range(text: string): AddressRange {
  const range = parseAddressRange(text);
  if (range === null) throw new RangeError(`${text} is no address range`);
  return range;
}
