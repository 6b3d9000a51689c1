/** An IPv4 or IPv6 address as a number of 32 or 128 bits. */
export interface IpAddress {
  readonly version: 4 | 6;
  readonly value: bigint;
}

/** Four decimal numbers without leading zeros, which some parsers read as octal. */
const IPV4 = /^(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})\.(0|[1-9]\d{0,2})$/;
/** What a textual IPv6 address may consist of; a zone index (`%eth0`) is not among it. */
const IPV6_CHARACTERS = /^[0-9a-f:.]{2,45}$/i;

/** Reads an address in its usual text form (RFC 4291, section 2.2); null for anything else. */
export function parseIpAddress(text: string): IpAddress | null {
  return text.includes(":") ? parseIpv6(text) : parseIpv4(text);
}

function parseIpv4(text: string): IpAddress | null {
  const parts = IPV4.exec(text)?.slice(1).map(Number);
  if (parts === undefined || parts.some((part) => part > 255)) return null;
  return { version: 4, value: join(parts, 8n) };
}

/** The URL parser knows every way to write an IPv6 address and brings it into one form. */
function parseIpv6(text: string): IpAddress | null {
  const url = IPV6_CHARACTERS.test(text) ? URL.parse(`http://[${text}]/`) : null;
  if (url === null) return null;
  const [head = "", tail] = url.hostname.slice(1, -1).split("::");
  const first = groups(head);
  const last = groups(tail ?? "");
  const zeros = Array<number>(8 - first.length - last.length).fill(0);
  return { version: 6, value: join([...first, ...zeros, ...last], 16n) };
}

function groups(text: string): number[] {
  return text === "" ? [] : text.split(":").map((group) => parseInt(group, 16));
}

function join(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((value, part) => (value << bits) | BigInt(part), 0n);
}
