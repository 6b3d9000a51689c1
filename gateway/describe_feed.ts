import type { ContentReader } from "../resolver/content/content.ts";
import type { Call } from "../resolver/contracts.ts";
import type { FeedDescription } from "../resolver/keeping/feed_description.ts";
import type { VerifiedPointer } from "../schemas/pointer.ts";

/**
 * What the feed behind a pointer says of itself, and shows. A node alone loads what reads feeds when it keeps its
 * first one. Throws what reading content throws.
 */
export async function describeFeed(
  pointer: VerifiedPointer,
  content: Pick<ContentReader, "feedDocument">,
  call: Call,
): Promise<FeedDescription> {
  const [{ readFeed }, { feedMedia }] = await Promise.all([
    import("./feed/read_feed.ts"),
    import("./feed/feed_media.ts"),
  ]);
  const feed = await readFeed(await content.feedDocument(pointer, call), call);
  return { title: feed.title, media: feedMedia(feed) };
}
