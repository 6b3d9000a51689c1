import { OurSpaceError } from "../../schemas/errors.ts";
import { quote } from "../../schemas/quote.ts";
import { type IpAddress, parseIpAddress } from "./ip_address.ts";

/** All addresses that begin with the same bits (CIDR, RFC 4632). */
export interface AddressRange {
  readonly version: 4 | 6;
  readonly value: bigint;
  /** How many of the last bits are free. */
  readonly freeBits: bigint;
}

/** A set of IPv4 and IPv6 addresses. */
export interface AddressRanges {
  /** False for a text that is no address, too. */
  includes(address: string): boolean;
}

/** Reads `10.0.0.0/8`, `fc00::/7` or a single address; null for anything else. */
export function parseAddressRange(text: string): AddressRange | null {
  const [, base = "", prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  const address = parseIpAddress(base);
  if (address === null) return null;
  const width = address.version === 4 ? 32 : 128;
  const length = prefix === undefined ? width : Number(prefix);
  if (length > width) return null;
  return { version: address.version, value: address.value, freeBits: BigInt(width - length) };
}

/** True when the address is one of the range's. */
export function inRange(address: IpAddress, range: AddressRange): boolean {
  return address.version === range.version &&
    address.value >> range.freeBits === range.value >> range.freeBits;
}

/** Reads ranges separated by commas; the empty text is the empty set. Throws OurSpaceError. */
export function parseAddressRanges(text: string): AddressRanges {
  const written = text.split(",").map((part) => part.trim()).filter((part) => part !== "");
  const ranges = written.map((part) => {
    const range = parseAddressRange(part);
    if (range !== null) return range;
    throw new OurSpaceError(`${quote(part)} is no address range.`, {
      remedy: "Write ranges like 10.0.0.0/8 or fd00::/8, several separated by commas.",
    });
  });
  return {
    includes(text) {
      const address = parseIpAddress(text);
      return address !== null && ranges.some((range) => inRange(address, range));
    },
  };
}
