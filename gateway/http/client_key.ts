import ipaddr from "ipaddr.js";

/** A home connection has at least one /64 (RFC 6177): its addresses are one client. */
const IPV6_CLIENT_PREFIX_GROUPS = 4;

/**
 * What a client is counted by: its IPv4 address, or the /64 of its IPv6 address. IPv4 mapped into
 * IPv6 is IPv4. A text that is no address (a socket's path) stands for itself.
 */
export function clientKey(address: string): string {
  if (!ipaddr.isValid(address)) return address;
  const parsed = ipaddr.process(address);
  if (!(parsed instanceof ipaddr.IPv6)) return parsed.toString();
  const groups = parsed.parts.slice(0, IPV6_CLIENT_PREFIX_GROUPS);
  return `${groups.map((group) => group.toString(16)).join(":")}::/64`;
}

/** True for an address that only this machine can have: 127.0.0.0/8 and ::1. */
export function isLoopback(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === "loopback";
}
