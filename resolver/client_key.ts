import { type IpAddress, parseIpAddress } from "./outbound/ip_address.ts";

/** ::ffff:0:0/96: IPv4 addresses as an IPv6 listener sees them (RFC 4291, section 2.5.5.2). */
const MAPPED_PREFIX = 0xffffn;

/**
 * What a client is counted by: its IPv4 address, or the /64 of its IPv6 address, which is the least
 * that one connection has (RFC 6177). A text that is no address (a socket's path) stands for itself.
 */
export function clientKey(address: string): string {
  const ip = clientAddress(address);
  if (ip === null) return address;
  return ip.version === 4 ? `4:${ip.value}` : `6:${ip.value >> 64n}`;
}

/** True for an address that only this machine can have: 127.0.0.0/8 and ::1. */
export function isLoopback(address: string): boolean {
  const ip = clientAddress(address);
  if (ip === null) return false;
  return ip.version === 4 ? ip.value >> 24n === 127n : ip.value === 1n;
}

function clientAddress(text: string): IpAddress | null {
  const ip = parseIpAddress(text);
  if (ip?.version !== 6 || ip.value >> 32n !== MAPPED_PREFIX) return ip;
  return { version: 4, value: ip.value & 0xffffffffn };
}
