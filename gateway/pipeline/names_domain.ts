import type { Feed } from "../../schemas/feed.ts";
import { parseName } from "../../schemas/name.ts";

/**
 * Whether a feed names a domain back: its own link leads there. Anybody can point a domain at
 * somebody else's address; only the feed's author can put the domain into the feed.
 */
export function namesDomain(feed: Feed, domain: string): boolean {
  const hostname = feed.link === undefined ? undefined : URL.parse(feed.link)?.hostname;
  if (hostname === undefined) return false;
  try {
    return parseName(hostname).text === domain;
  } catch {
    return false;
  }
}
