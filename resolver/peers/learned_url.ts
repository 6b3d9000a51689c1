import { parseName } from "../../schemas/name.ts";
import type { AddressRanges } from "../outbound/address_ranges.ts";

const MAX_LENGTH = 300;

/** A gateway that is reached through WebSockets on HTTPS's port serves HTTP there too. */
const WEBSOCKET_DOOR =
  /^\/dns(?:4|6)?\/([^/]+)\/tcp\/443\/(?:tls\/(?:sni\/[^/]+\/)?ws|wss)(?:\/p2p\/[^/]+)?$/;

/**
 * The base URL that a stranger named, without a slash at its end, when such a peer may be asked:
 * `https` and a public name, or an address that the operator allows (ALLOW_PRIVATE). Null otherwise.
 */
export function learnedUrl(text: string, allowPrivate: AddressRanges): string | null {
  const url = text.length > MAX_LENGTH ? null : URL.parse(text);
  if (url === null || url.username !== "" || url.password !== "") return null;
  if (url.search !== "" || url.hash !== "") return null;
  const literal = url.hostname.replace(/^\[|\]$/g, "");
  const isPublic = url.protocol === "https:" && isPublicName(url.hostname);
  const isAllowed = /^https?:$/.test(url.protocol) && allowPrivate.includes(literal);
  return isPublic || isAllowed ? (url.origin + url.pathname).replace(/\/+$/, "") : null;
}

/** The base URL behind a DHT peer's multiaddress; null for one that leads to no web server. */
export function urlOfAddress(multiaddr: string): string | null {
  if (multiaddr.length > MAX_LENGTH) return null;
  const host = WEBSOCKET_DOOR.exec(multiaddr)?.[1];
  return host === undefined ? null : `https://${host}`;
}

/** True for a host that anybody can be told of. */
export function isPublicName(hostname: string): boolean {
  try {
    return parseName(hostname).kind === "dns";
  } catch {
    return false;
  }
}
