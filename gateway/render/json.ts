import type { Enclosure, Feed, Item, Person } from "../../schemas/feed.ts";
import { identityText } from "../../schemas/identity.ts";
import { absoluteHtml, absoluteUrl, type PageUrls, pageUrls } from "./page_urls.ts";
import type { PageContext, Renderer } from "./renderer.ts";

/**
 * JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/). Its extension `_ourspace` has, in the feed, the
 * name and the identity, the signed pointer and where its proof is; in an item, its id and page here.
 */
export const json: Renderer = {
  id: "json",
  mediaType: "application/feed+json; charset=utf-8",
  path: "feed.json",
  render(feed, page) {
    const text = JSON.stringify(feedObject(feed, page));
    return Promise.resolve(new TextEncoder().encode(`${text}\n`));
  },
};

function feedObject(feed: Feed, page: PageContext) {
  const urls = pageUrls(page);
  const { identity, name, pointer, origin } = page;
  const items = page.view === "post" && page.item ? [page.item] : feed.items;
  return {
    version: "https://jsonfeed.org/version/1.1",
    title: feed.title || name.text,
    home_page_url: feed.link ? absoluteUrl(feed.link, origin) : urls.page,
    feed_url: urls.json,
    description: feed.description || undefined,
    icon: feed.image && absoluteUrl(feed.image.url, origin),
    authors: authorObjects(feed.authors, origin),
    language: feed.language,
    _ourspace: {
      name: name.text,
      identity: identityText(identity),
      page_url: urls.page,
      pointer_url: urls.pointer,
      proof_url: urls.proof,
      timestamp: pointer.timestamp,
      cid: pointer.cid,
      locations: pointer.locations,
      signature: pointer.signature,
    },
    items: items.map((item) => itemObject(item, origin, urls)),
  };
}

function itemObject(item: Item, origin: string, urls: PageUrls) {
  // One of the two is required.
  const content = item.html
    ? { content_html: absoluteHtml(item.html, origin) }
    : { content_text: item.summary ?? item.title ?? "" };
  return {
    id: item.guid,
    url: item.link ? absoluteUrl(item.link, origin) : urls.post(item.id),
    title: item.title,
    ...content,
    summary: item.summary,
    image: item.image && absoluteUrl(item.image.url, origin),
    date_published: item.published,
    date_modified: item.updated,
    authors: authorObjects(item.authors, origin),
    tags: item.categories.length > 0 ? item.categories : undefined,
    language: item.language,
    attachments: attachmentObjects(item.enclosures, origin),
    _ourspace: { id: item.id, page_url: urls.post(item.id) },
  };
}

function authorObjects(authors: readonly Person[], origin: string) {
  if (authors.length === 0) return undefined;
  return authors.map(({ name, url }) => ({ name, url: url && absoluteUrl(url, origin) }));
}

function attachmentObjects(enclosures: readonly Enclosure[], origin: string) {
  if (enclosures.length === 0) return undefined;
  return enclosures.map(({ url, mediaType, title, length, duration }) => ({
    url: absoluteUrl(url, origin),
    mime_type: mediaType,
    title,
    size_in_bytes: length,
    duration_in_seconds: duration,
  }));
}
