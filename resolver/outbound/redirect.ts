import { quote } from "../../schemas/quote.ts";
import { OutboundError } from "../errors.ts";

/** RFC 9110, section 15.4; 300 and 304 name no single other place. */
const REDIRECTS = [301, 302, 303, 307, 308];

/** What a request carries to another origin: nothing that was meant for the first one. */
const HARMLESS_HEADERS = ["accept", "accept-encoding", "range", "user-agent"];

/** Reads an address that is asked over HTTP. Throws OutboundError `refused`. */
export function webUrl(text: string, base?: URL): URL {
  const url = URL.parse(text, base);
  if (url === null || !["https:", "http:"].includes(url.protocol)) {
    throw new OutboundError(`${quote(text)} is no web address.`, { reason: "refused" });
  }
  url.hash = "";
  return url;
}

/**
 * Where a response redirects to; null when it is the answer itself. Throws OutboundError `refused`
 * for a place that is none, or that would give up TLS.
 */
export function redirectTarget(status: number, headers: Headers, from: URL): URL | null {
  const location = headers.get("location");
  if (location === null || !REDIRECTS.includes(status)) return null;
  const target = webUrl(location, from);
  if (from.protocol === "https:" && target.protocol === "http:") {
    throw new OutboundError(`${from.host} redirects from https to http.`, { reason: "refused" });
  }
  return target;
}

/** The request's headers as another origin may see them. */
export function harmlessHeaders(headers: Headers): Headers {
  return new Headers([...headers].filter(([name]) => HARMLESS_HEADERS.includes(name)));
}
