/** How many characters a location may have (pointer.md, "locations"). */
export const LOCATION_MAX_LENGTH = 512;

const LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?";
/** Starts with a letter, so that no engine reads the host as an IPv4 address. */
const TOP_LABEL = "[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?";
const DNS_HOST = new RegExp(`^(?:${LABEL}\\.)+${TOP_LABEL}$`);
const ONION_HOST = /^[a-z2-7]{56}\.onion$/;
const PORT = /^[1-9][0-9]{0,4}$/;
const CHARACTERS = /^(?:[A-Za-z0-9\-._~!$&'()*+,;=:@/?]|%[0-9A-F]{2})*$/;
const DOT_SEGMENT = /\/\.\.?(?:\/|$)/;

/** `http(s)://` authority, path, optional query; the parts are judged one by one. */
const WEB = /^(https?):\/\/([^/?]*)([^?]*)(?:\?([^]*))?$/;
const MAGNET = "magnet:?";
const DEFAULT_PORT: Record<string, string> = { http: "80", https: "443" };

/**
 * Which rule of pointer.md ("locations") the text breaks, or null. This grammar decides, not a URL
 * parser: engines differ in what they accept and how they normalise.
 */
export function locationFault(location: string): string | null {
  if (location.length > LOCATION_MAX_LENGTH) {
    return `a location is longer than ${LOCATION_MAX_LENGTH} characters`;
  }
  if (location.startsWith(MAGNET)) return charactersFault(location.slice(MAGNET.length));
  const [, scheme = "", authority = "", path = "", query = ""] = WEB.exec(location) ?? [];
  if (scheme === "") return "a location starts with https://, http:// or magnet:?";
  return authorityFault(scheme, authority) ?? pathFault(path) ?? charactersFault(query);
}

function authorityFault(scheme: string, authority: string): string | null {
  const colon = authority.indexOf(":");
  const host = colon === -1 ? authority : authority.slice(0, colon);
  if (!isHost(host)) {
    return "a location's host is a lower-case domain of two labels or more, or a v3 .onion address";
  }
  if (colon === -1) return null;
  const port = authority.slice(colon + 1);
  if (!PORT.test(port) || Number(port) > 65_535) {
    return "a location's port is a number from 1 to 65535 without a leading zero";
  }
  return port === DEFAULT_PORT[scheme] ? "a location names its scheme's default port" : null;
}

function isHost(host: string): boolean {
  return isOnionName(host) ? isOnionHost(host) : DNS_HOST.test(host);
}

/**
 * True for every name under `.onion`, whatever its form: none may be given to the DNS (RFC 7686,
 * section 2).
 */
export function isOnionName(host: string): boolean {
  return /(?:^|\.)onion\.?$/i.test(host);
}

/** True for the form of a version 3 onion service's host. Its checksum is Tor's to judge. */
export function isOnionHost(host: string): boolean {
  return ONION_HOST.test(host);
}

function pathFault(path: string): string | null {
  if (!path.startsWith("/")) return "a location's path starts with /";
  if (DOT_SEGMENT.test(path)) return "a location's path has a dot segment";
  return charactersFault(path);
}

function charactersFault(text: string): string | null {
  return CHARACTERS.test(text)
    ? null
    : "a location has a character that is not allowed there, or % without two upper-case hex digits";
}
