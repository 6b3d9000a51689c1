import { isHashed, isReadable, parseCid } from "../../resolver/content/cid.ts";
import type { FilePlace } from "../../resolver/content/load_all.ts";
import { trimSlashes } from "../../resolver/trim_slashes.ts";
import type { Feed } from "../../schemas/feed.ts";

/** Of one feed: as many as it may refer to. */
const MAX_MEDIA = 10_000;

/** The start tag of what a page loads by itself. Sanitised HTML has no `<` and `>` but those of tags. */
const MEDIA_TAG = /<(?:img|source|audio|video)\s[^<>]*>/g;
/** What it loads; attributes stand in double quotes there. */
const MEDIA_ATTRIBUTE = /\s(?:src|poster|srcset)="([^"]*)"/g;
/** The URLs of a `srcset` have no comma and no white space in them. */
const CANDIDATES = /,\s*|\s+/;

/**
 * The files at `/ipfs/…` that a feed shows: pictures, recordings and other enclosures, those of the latest
 * posts first, each once. What it links to is somebody else's to keep.
 */
export function feedMedia(feed: Feed): readonly FilePlace[] {
  const found = new Map<string, FilePlace>();
  for (const url of urlsOf(feed)) {
    if (found.size >= MAX_MEDIA) break;
    const place = placeOf(url);
    if (place !== null) found.set(`${place.root}/${place.path}`, place);
  }
  return [...found.values()];
}

function* urlsOf({ image, items }: Feed): Generator<string> {
  if (image !== undefined) yield image.url;
  for (const item of items) {
    if (item.image !== undefined) yield item.image.url;
    for (const { url } of item.enclosures) yield url;
    for (const [tag] of item.html?.matchAll(MEDIA_TAG) ?? []) {
      for (const [, value = ""] of tag.matchAll(MEDIA_ATTRIBUTE)) yield* value.split(CANDIDATES);
    }
  }
}

/** Null for what lies on a server, and for what is in its own CID. */
function placeOf(url: string): FilePlace | null {
  const [, written = "", path = ""] = /^\/ipfs\/([a-z0-9]+)([^?#]*)/.exec(url) ?? [];
  const root = parseCid(written);
  if (root === null || !isReadable(root) || !isHashed(root)) return null;
  try {
    const decoded = decodeURIComponent(path.replaceAll("&amp;", "&"));
    return { root: root.toV1(), path: trimSlashes(decoded) };
  } catch {
    return null;
  }
}
