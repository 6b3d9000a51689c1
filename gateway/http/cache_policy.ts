/**
 * How long answers may be kept by caches in front of the gateway and by browsers. A second is enough
 * to absorb any crowd, and short enough that a new post is seen within one; after it a cache may answer
 * with what it has while it asks again, and for a day when the gateway cannot be reached (RFC 5861).
 */
const PUBLIC = "public, max-age=1, stale-while-revalidate=60, stale-if-error=86400";

/** A copy that may not be the newest: worth showing, not worth passing on for long. */
const STALE_COPY = "public, max-age=1";

/**
 * How long a copy may be kept, and the mark of one that may not be the newest. The page says so too;
 * formats without a place for it are marked by their headers alone (RFC 9211).
 */
export function copyHeaders(stale: boolean): Record<string, string> {
  if (!stale) return { "Cache-Control": PUBLIC };
  return { "Cache-Control": STALE_COPY, "Cache-Status": "OurSpace; hit; detail=stale" };
}

/** Readers get RSS at an address whose page others get: for them only. */
export const FOR_READERS = "private, max-age=1";

/** The reader's help in front of a browser: never what a reader should get from a cache. */
export const NEVER = "private, no-store";

/** The page's parts change only when the gateway is updated. */
export const PARTS = "public, max-age=300, stale-while-revalidate=86400";

/** A CID's bytes never change; a year is the longest that caches heed. */
export const IMMUTABLE = "public, max-age=31536000, immutable";
