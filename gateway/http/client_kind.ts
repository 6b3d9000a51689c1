/** The media types that a feed reader asks for. */
const FEED_TYPES = [
  "application/rss+xml",
  "application/atom+xml",
  "application/feed+json",
  "application/xml",
  "text/xml",
];

/** Requests are cached by both headers that decide, see `isBrowser`. */
export const VARY = "Accept, Sec-Fetch-Dest";

/** An `Accept` header longer than this is read no further. */
const ACCEPT_LIMIT = 1024;

/**
 * Who is a browser (design, "HTTP interface"): `Sec-Fetch-Dest` document or iframe; without that
 * header, `text/html` ranked at or above every feed type in `Accept`. Everybody else is a reader.
 */
export function isBrowser(headers: Headers): boolean {
  const destination = headers.get("Sec-Fetch-Dest");
  if (destination !== null) return destination === "document" || destination === "iframe";
  const qualities = parseAccept(headers.get("Accept") ?? "");
  const html = qualities.get("text/html") ?? 0;
  if (html === 0) return false;
  return FEED_TYPES.every((type) => (qualities.get(type) ?? 0) <= html);
}

/** Media type → quality (RFC 9110, section 12.5.1). A type named twice keeps the greater one. */
function parseAccept(accept: string): Map<string, number> {
  const qualities = new Map<string, number>();
  for (const part of accept.slice(0, ACCEPT_LIMIT).split(",")) {
    const [type = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    const given = parameters.find((parameter) => parameter.startsWith("q="));
    const quality = given === undefined ? 1 : Number(given.slice(2));
    if (type === "" || !(quality >= 0 && quality <= 1)) continue;
    qualities.set(type, Math.max(quality, qualities.get(type) ?? 0));
  }
  return qualities;
}
