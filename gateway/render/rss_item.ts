import type { Enclosure, Item } from "../../schemas/feed.ts";
import { type Direction, directionOf, directionOfText } from "./language.ts";
import { durationText, mediumOf, sizeText } from "./media.ts";
import { absoluteHtml, absoluteUrl, urlsIn, urlsPlayedIn } from "./page_urls.ts";
import { authorElements, imageElement, type RssRendering } from "./rss_page.ts";
import { element, escapeText, textElement, type Xml } from "./xml.ts";

/** One `item`, with what the page needs of it. See rss.ts. */
export function itemElement(item: Item, rendering: RssRendering): Xml {
  const { page: { origin }, urls } = rendering;
  const [first] = item.enclosures;
  const inText = urlsIn(item.html ?? "");
  const played = urlsPlayedIn(item.html ?? "");
  return element(
    "item",
    {},
    textElement("title", item.title),
    element("link", {}, item.link ? absoluteUrl(item.link, origin) : urls.post(item.id)),
    element("guid", { isPermaLink: String(isPermaLink(item)) }, item.guid),
    textElement("pubDate", item.published && new Date(item.published).toUTCString()),
    item.authors.map((author) => element("dc:creator", {}, author.name)),
    item.categories.map((category) => element("category", {}, category)),
    contentElements(item, origin),
    // RSS 2.0 readers expect at most one enclosure; media:content has them all.
    first && element("enclosure", {
      url: absoluteUrl(first.url, origin),
      length: String(first.length ?? 0),
      type: first.mediaType,
    }),
    item.enclosures.map((enclosure) =>
      mediaElement(enclosure, isShown(enclosure, item, inText, played), origin)
    ),
    postElement(item, inText, rendering),
  );
}

function isPermaLink({ guid, link }: Item): boolean {
  return guid === link && /^https?:/.test(guid);
}

/** In RSS `description` is HTML, so the summary, a text, is escaped once more than other texts. */
function contentElements({ summary, html }: Item, origin: string): (Xml | undefined)[] {
  const content = html && absoluteHtml(html, origin);
  return summary
    ? [textElement("description", escapeText(summary)), textElement("content:encoded", content)]
    : [textElement("description", content)];
}

/** A document in the text is a link there; at the enclosure it is also to be downloaded, with its size. */
function isShown(
  { url, mediaType }: Enclosure,
  { image }: Item,
  inText: ReadonlySet<string>,
  played: ReadonlySet<string>,
): boolean {
  const medium = mediumOf(mediaType);
  if (medium === "image") return inText.has(url) || url === image?.url;
  return medium !== "document" && played.has(url);
}

function mediaElement(enclosure: Enclosure, shown: boolean, origin: string): Xml {
  const { url, mediaType, length, duration, title } = enclosure;
  return element(
    "media:content",
    {
      url: absoluteUrl(url, origin),
      type: mediaType,
      medium: mediumOf(mediaType),
      fileSize: length?.toString(),
      duration: duration?.toString(),
      "ourspace:size": length === undefined ? undefined : sizeText(length),
      "ourspace:time": duration === undefined ? undefined : durationText(duration),
      "ourspace:shown": shown ? "true" : undefined,
    },
    textElement("media:title", title),
  );
}

function postElement(
  item: Item,
  inText: ReadonlySet<string>,
  rendering: RssRendering,
): Xml {
  const { page, urls, dates } = rendering;
  const date = (name: string, when: string | undefined) =>
    when && element(name, { datetime: when, text: dates.date(when) });
  return element(
    "ourspace:post",
    {
      id: item.id,
      href: urls.post(item.id),
      ...writing(item, rendering),
    },
    date("ourspace:published", item.published),
    date("ourspace:updated", item.updated === item.published ? undefined : item.updated),
    authorElements(item.authors, page.origin),
    imageElement(item.image, page.origin, item.image && inText.has(item.image.url)),
  );
}

/** So much of a post shows how it is written. */
const LETTERS_LOOKED_AT = 500;

/**
 * The post's language and direction where they differ from the feed's. Many tools say `en` of every feed: a
 * post that is evidently written the other way round is in no language that is known.
 */
function writing(
  item: Item,
  { feed, direction }: RssRendering,
): { lang?: string; dir?: Direction } {
  const language = item.language ?? feed.language;
  if (language === undefined) return {};
  const said = language === feed.language ? direction : directionOf(language);
  const { title = "", html = item.summary ?? "" } = item;
  const text = html.slice(0, LETTERS_LOOKED_AT).replace(/<[^<>]*(?:>|$)/g, " ");
  const written = directionOfText(`${title} ${text}`);
  if (written !== undefined && written !== said) return { lang: "", dir: written };
  return language === feed.language ? {} : { lang: language, dir: said };
}
