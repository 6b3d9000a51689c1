import type { Enclosure, Feed, Item, Person } from "../../schemas/feed.ts";
import { identityText } from "../../schemas/identity.ts";
import { feedDate } from "./feed_date.ts";
import { absoluteHtml, absoluteUrl, type PageUrls, pageUrls } from "./page_urls.ts";
import type { PageContext, Renderer } from "./renderer.ts";
import { element, textElement, type Xml, xmlDocument } from "./xml.ts";

/** Atom 1.0 (RFC 4287). */
export const atom: Renderer = {
  id: "atom",
  mediaType: "application/atom+xml; charset=utf-8",
  path: "atom.xml",
  render: (feed, page) => Promise.resolve(xmlDocument(feedElement(feed, page))),
};

function feedElement(feed: Feed, page: PageContext): Xml {
  const urls = pageUrls(page);
  const updated = feedDate(feed, page);
  const home = feed.link ? absoluteUrl(feed.link, page.origin) : urls.page;
  // RFC 4287, 4.1.1: where entries may lack an author the feed has to have one.
  const authors = feed.authors.length > 0 ? feed.authors : [{ name: page.name.text }];
  const items = page.view === "post" && page.item ? [page.item] : feed.items;
  return element(
    "feed",
    { xmlns: "http://www.w3.org/2005/Atom", "xml:lang": feed.language },
    // The identity is what stays the same whatever gateway or domain the feed is read through.
    element("id", {}, `urn:ourspace:${identityText(page.identity)}`),
    element("title", {}, feed.title || page.name.text),
    textElement("subtitle", feed.description),
    element("updated", {}, updated),
    element("link", { rel: "self", type: "application/atom+xml", href: urls.atom }),
    element("link", { rel: "alternate", type: "text/html", href: home }),
    authors.map((author) => authorElement(author, page.origin)),
    textElement("rights", feed.copyright),
    textElement("logo", feed.image && absoluteUrl(feed.image.url, page.origin)),
    items.map((item) => entryElement(item, { page, urls, feedUpdated: updated })),
  );
}

function entryElement(
  item: Item,
  { page, urls, feedUpdated }: { page: PageContext; urls: PageUrls; feedUpdated: string },
): Xml {
  const { origin } = page;
  return element(
    "entry",
    { "xml:lang": item.language },
    element("id", {}, entryId(item)),
    element("title", {}, item.title ?? item.summary ?? ""),
    textElement("published", item.published),
    element("updated", {}, item.updated ?? item.published ?? feedUpdated),
    element("link", {
      rel: "alternate",
      type: "text/html",
      href: item.link ? absoluteUrl(item.link, origin) : urls.post(item.id),
    }),
    item.enclosures.map((enclosure) => enclosureElement(enclosure, origin)),
    item.authors.map((author) => authorElement(author, origin)),
    item.categories.map((term) => element("category", { term })),
    textElement("summary", item.summary),
    item.html && element("content", { type: "html" }, absoluteHtml(item.html, origin)),
  );
}

/** RFC 3987 in short: a scheme, and nothing that may not stand in an IRI. */
const IRI = /^[a-z][a-z0-9+.-]*:[^\s<>"{}|\\^`]+$/i;

/** RFC 4287, 4.2.6: an IRI; the guid itself where it is one. */
function entryId({ guid, id }: Item): string {
  return IRI.test(guid) ? guid : `urn:ourspace:post:${id}`;
}

function enclosureElement({ url, mediaType, length, title }: Enclosure, origin: string): Xml {
  return element("link", {
    rel: "enclosure",
    type: mediaType,
    href: absoluteUrl(url, origin),
    length: length?.toString(),
    title,
  });
}

function authorElement({ name, url }: Person, origin: string): Xml {
  return element(
    "author",
    {},
    element("name", {}, name),
    textElement("uri", url && absoluteUrl(url, origin)),
  );
}
