/** What a client may hold already. */
export interface Validators {
  /** An entity tag with its quotes, strong or weak. */
  readonly etag: string;
  /** Milliseconds since 1970; null when the second is not over in which it changed. */
  readonly lastModified: number | null;
}

/** An If-None-Match with more tags than fit in this is not looked through. */
const HEADER_LIMIT = 4096;

/**
 * Whether a GET is answered with 304 (RFC 9110, section 13.2.2): If-None-Match decides when it is
 * there, by weak comparison; If-Modified-Since only without it, and only by the very date that was
 * given: a domain may have been pointed at another wallet, whose feed changed last before that.
 */
export function isNotModified(headers: Headers, validators: Validators): boolean {
  const tags = headers.get("If-None-Match");
  if (tags !== null) {
    if (tags.length > HEADER_LIMIT) return false;
    return tags.split(",").some((tag) => {
      const text = tag.trim();
      return text === "*" || text === validators.etag || text === `W/${validators.etag}`;
    });
  }
  const since = headers.get("If-Modified-Since");
  if (since === null || validators.lastModified === null) return false;
  const instant = Date.parse(since);
  return !Number.isNaN(instant) && wholeSeconds(validators.lastModified) === instant;
}

/**
 * The Last-Modified instant of something that changed at `changed`. HTTP dates have whole seconds: as
 * long as that second runs, a second change in it would look the same, so there is none yet
 * (RFC 9110, section 8.8.2.2).
 */
export function lastModifiedOf(changed: number, now: number): number | null {
  return wholeSeconds(changed) + 1000 <= now ? changed : null;
}

function wholeSeconds(milliseconds: number): number {
  return Math.floor(milliseconds / 1000) * 1000;
}
