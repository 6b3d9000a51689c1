import type { Feed } from "../../schemas/feed.ts";
import type { PageContext } from "./renderer.ts";

/**
 * When the feed last changed, RFC 3339: as the source says, else its newest item's date, else the
 * pointer's. Never the present time, so that equal content gives equal bytes.
 */
export function feedDate(feed: Feed, page: PageContext): string {
  if (feed.updated !== undefined) return feed.updated;
  const dates = feed.items.flatMap(({ published, updated }) => updated ?? published ?? []);
  return dates.sort().at(-1) ?? page.pointer.timestamp;
}
