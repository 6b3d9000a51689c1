import { CID } from "multiformats/cid";
import { isReadable, parseCid } from "../../resolver/content/cid.ts";
import type { FeedDocument } from "../../resolver/content/content.ts";
import type { Feed } from "../../schemas/feed.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";

/** Of one feed. 4,000 are links into its folder; the rest are left out, the latest posts' are first. */
const MAX_REFERENCES = 10_000;

/** Wherever it stands, in an attribute of HTML or as a whole URL, also of another gateway. */
const IPFS_PATH = /\/ipfs\/([a-zA-Z0-9]{46,256})/g;

/** The content that a feed refers to: its own, and every picture, file and link at `/ipfs/…`. */
export function feedReferences(
  pointer: VerifiedPointer,
  document: FeedDocument,
  feed: Feed,
): readonly CID[] {
  const found = new Map<string, CID>();
  const add = (cid: CID) => void found.set(cid.toV1().toString(), cid);
  add(CID.parse(pointer.cid));
  add(document.cid);
  for (const text of textsOf(feed)) {
    for (const [, written = ""] of text?.matchAll(IPFS_PATH) ?? []) {
      if (found.size >= MAX_REFERENCES) return [...found.values()];
      const cid = parseCid(written);
      if (cid !== null && isReadable(cid)) add(cid);
    }
  }
  return [...found.values()];
}

function* textsOf({ image, link, items }: Feed): Generator<string | undefined> {
  yield image?.url;
  yield link;
  for (const item of items) {
    yield item.image?.url;
    yield item.link;
    for (const { url } of item.enclosures) yield url;
    yield item.html;
  }
}
