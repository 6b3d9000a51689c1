/**
 * RSS 2.0, and in it everything that the page needs: feed.xsl makes the page of this document and of
 * nothing else. Beside RSS's own elements it has atom:link, content:encoded, dc:creator and media:*
 * (Media RSS), and the namespace `urn:ourspace:feed:1`, prefix `ourspace`.
 *
 * Every URL is absolute. Every text is plain text, except `item/description` and
 * `item/content:encoded`, which hold sanitised HTML as text (`disable-output-escaping` gives the HTML):
 * - `description`: the summary when there is HTML beside it, else the HTML, else the summary;
 * - `content:encoded`: the HTML, only when `description` is the summary.
 * Dates of RSS's own elements are RFC 822; those of `ourspace:*` are RFC 3339 in UTC, with `text` as
 * the form for people, in the feed's language (British English when it names none).
 *
 *     channel/ourspace:page      @view      page | feed | post: as in PageContext; a post view has one item
 *                                @stale     true | false: true when this may not be the newest
 *                                @lang      BCP 47 tag of the feed; absent when the feed names none
 *                                @language  that language's name in itself, e.g. Deutsch; absent likewise
 *                                @dir       ltr | rtl | auto (no language: the text decides)
 *       ourspace:name            what the page was asked for, in canonical form: an address or a domain
 *                                @kind      identity | dns | ens
 *                                @verified       true | false: the feed names the domain back (dns, ens only)
 *                                @authenticated  true | false: DNSSEC vouches for the record (dns, ens only)
 *       ourspace:identity        the account that signed: 0x… with its checksum, or eip155:<chain>:0x…
 *                                @kind      wallet | contract
 *                                @short     its first and last characters, e.g. 0xd8dA…6045
 *       ourspace:pay             @href      ethereum:… (ERC-681); absent when nobody has the key
 *       ourspace:pointer         the signed pointer
 *                                @cid       content identifier
 *                                @signature 0x…
 *                                @published RFC 3339
 *                                @text      the same for people, with the time of day
 *         ourspace:text          the text that was signed, with its line breaks
 *         ourspace:location      one per location of the pointer, as signed
 *       ourspace:link            one of each @rel, with @href and, where it is known, @type:
 *                                page, rss, atom, json, pointer (the signed record), proof (the record
 *                                and how it was found), content (the signed document), qr (picture)
 *     channel/ourspace:updated   @datetime  when the feed last changed: RFC 3339
 *                                @text      for people, without the time of day
 *     channel/ourspace:author    one per author of the feed: the name, @href when there is one
 *     channel/ourspace:image     the feed's picture: @href, @alt; absent when there is none
 *     item/ourspace:post         @id        the item's id
 *                                @href      its page at this gateway, whatever `link` says
 *                                @lang, @dir  absent unless the item's language differs from the feed's;
 *                                @lang is empty for a text that is evidently in no such language
 *       ourspace:published       @datetime, @text; absent when the item has no date
 *       ourspace:updated         @datetime, @text; absent unless the source gives one other than published
 *       ourspace:author          one per author: the name, @href when there is one
 *       ourspace:image           the item's picture: @href, @alt; absent when there is none
 *                                @shown     true when the item's HTML has it already; else absent
 *     item/media:content         one per enclosure: @url @type @medium (image, audio, video, document)
 *                                and when known @fileSize (bytes), @duration (seconds),
 *                                @ourspace:size (e.g. 3.4 MB), @ourspace:time (e.g. 1:02:03);
 *                                @ourspace:shown  true for a picture that the HTML or ourspace:image shows,
 *                                and for a recording that the HTML plays;
 *                                media:title in it when it has one
 *
 * The channel's `link` is the feed's own home page, or this page when it names none; an item's `link` is
 * the source's, or the post's page here. `title` of the channel is never empty, that of an item may lack.
 */
import type { Feed } from "../../schemas/feed.ts";
import { feedDate } from "./feed_date.ts";
import { dateTexts, directionOf } from "./language.ts";
import { absoluteUrl, pageUrls } from "./page_urls.ts";
import type { PageContext, Renderer } from "./renderer.ts";
import { itemElement } from "./rss_item.ts";
import { authorElements, imageElement, pageElement, type RssRendering } from "./rss_page.ts";
import { element, textElement, type Xml, xmlDocument } from "./xml.ts";

const NAMESPACES = {
  "xmlns:atom": "http://www.w3.org/2005/Atom",
  "xmlns:content": "http://purl.org/rss/1.0/modules/content/",
  "xmlns:dc": "http://purl.org/dc/elements/1.1/",
  "xmlns:media": "http://search.yahoo.com/mrss/",
  "xmlns:ourspace": "urn:ourspace:feed:1",
};

const STYLESHEET = '<?xml-stylesheet type="text/xsl" href="/feed.xsl"?>\n';

/** The feed's address for readers. */
export const rss: Renderer = {
  id: "rss",
  mediaType: "application/rss+xml; charset=utf-8",
  path: "feed.xml",
  render: (feed, page) => Promise.resolve(renderRss(feed, page)),
};

/** The same bytes under the media type to which browsers that still have XSLT apply the stylesheet. */
export const pageXml: Renderer = {
  id: "page-xml",
  mediaType: "application/xml; charset=utf-8",
  path: "page.xml",
  render: (feed, page) => Promise.resolve(renderRss(feed, page)),
};

function renderRss(feed: Feed, page: PageContext): Uint8Array<ArrayBuffer> {
  const rendering = {
    feed,
    page,
    urls: pageUrls(page),
    dates: dateTexts(feed.language),
    direction: directionOf(feed.language),
  };
  return xmlDocument(
    element("rss", { version: "2.0", ...NAMESPACES }, channelElement(rendering)),
    STYLESHEET,
  );
}

function channelElement(rendering: RssRendering): Xml {
  const { feed, page, urls, dates } = rendering;
  const title = feed.title || page.name.text;
  const link = feed.link ? absoluteUrl(feed.link, page.origin) : urls.page;
  const updated = feedDate(feed, page);
  const items = page.view === "post" && page.item ? [page.item] : feed.items;
  return element(
    "channel",
    {},
    element("title", {}, title),
    element("link", {}, link),
    element("description", {}, feed.description),
    textElement("language", feed.language),
    textElement("copyright", feed.copyright),
    element("lastBuildDate", {}, new Date(updated).toUTCString()),
    feed.image && element(
      "image",
      {},
      element("url", {}, absoluteUrl(feed.image.url, page.origin)),
      element("title", {}, title),
      element("link", {}, link),
    ),
    element("atom:link", { rel: "self", type: "application/rss+xml", href: urls.rss }),
    element("atom:link", { rel: "alternate", type: "application/atom+xml", href: urls.atom }),
    element("atom:link", { rel: "alternate", type: "application/feed+json", href: urls.json }),
    feed.authors.map((author) => element("dc:creator", {}, author.name)),
    pageElement(rendering),
    element("ourspace:updated", { datetime: updated, text: dates.date(updated) }),
    authorElements(feed.authors, page.origin),
    imageElement(feed.image, page.origin),
    items.map((item) => itemElement(item, rendering)),
  );
}
