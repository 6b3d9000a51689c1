import type { Enclosure, Image, Item, Person } from "../../schemas/feed.ts";
import { xmlCharacters } from "../xml_characters.ts";
import { cleanText, paragraphs } from "./clean_text.ts";
import type { DraftEnclosure, DraftImage, DraftItem, DraftPerson, RawText } from "./draft.ts";
import type { FeedLinks } from "./feed_links.ts";
import { guidOf, itemId } from "./guid.ts";
import { readLanguage } from "./language_tag.ts";
import { mediaTypeOf } from "./media_type.ts";
import { present } from "./present.ts";
import type { Sanitizer } from "./sanitize.ts";
import type { ResolveLink } from "./sanitize_links.ts";

/** UTF-16 units, and entries. What feeds have in earnest is far below. */
const MAX_TITLE = 500;
const MAX_SUMMARY = 600;
const MAX_NAME = 200;
const MAX_CATEGORY = 100;
const MAX_ALT = 1_000;
const MAX_PEOPLE = 20;
const MAX_CATEGORIES = 50;
const MAX_ENCLOSURES = 50;
const MAX_TEXT = 256 * 1024;
/** Of HTML that only its first words are wanted of. */
const EXCERPT = 8 * 1024;

/** The dates that were read, so that the items could be put in order. */
export interface DatedItem {
  readonly draft: DraftItem;
  readonly published: string | undefined;
  readonly updated: string | undefined;
}

/** Nothing when the item has nothing to show. */
export function completeItem(
  { draft, published, updated }: DatedItem,
  context: { links: FeedLinks; sanitizer: Sanitizer; feedLanguage: string | undefined },
): Item | undefined {
  const { links, sanitizer, feedLanguage } = context;
  const resolve = links.within(draft.bases);
  const title = plainText(draft.title, MAX_TITLE, sanitizer);
  const html = safeHtml(draft.content, links.within(draft.contentBases), sanitizer);
  const link = pageLink(draft.link, resolve);
  const enclosures = draft.enclosures.slice(0, MAX_ENCLOSURES).flatMap((enclosure) =>
    completeEnclosure(enclosure, resolve)
  );
  if (!(title || html || link || enclosures.length > 0)) return undefined;
  const language = readLanguage(draft.language);
  const guid = guidOf({
    guid: written(draft.guid),
    link: written(draft.link),
    title,
    published,
    content: draft.content?.value ?? draft.enclosures[0]?.url ?? "",
  });
  return present<Item>({
    guid,
    id: itemId(guid),
    title,
    link,
    language: language === feedLanguage ? undefined : language,
    summary: plainText(draft.summary, MAX_SUMMARY, sanitizer),
    html,
    published,
    updated,
    authors: completePeople(draft.authors, resolve),
    categories: completeCategories(draft.categories),
    enclosures,
    image: completeImage(draft.image, resolve),
  });
}

/** Text of at most so many UTF-16 units, whether the source wrote text or HTML. */
export function plainText(
  raw: RawText | undefined,
  maxLength: number,
  sanitizer: Sanitizer,
): string | undefined {
  if (raw?.kind !== "html") return cleanText(raw?.value, maxLength);
  const excerpt = raw.value.slice(0, EXCERPT);
  return cleanText(/[<&]/.test(excerpt) ? sanitizer.text(excerpt) : excerpt, maxLength);
}

/** A home page or an article. One that lies in the feed's own folder cannot be shown, this gateway's page can. */
export function pageLink(href: string | undefined, resolve: ResolveLink): string | undefined {
  const url = href === undefined ? undefined : resolve(href, "link");
  if (url === undefined || !/^(?:https?:|\/ipfs\/)/.test(url)) return undefined;
  return /^\/ipfs\/.*\.x?html?(?:#|$)/i.test(url) ? undefined : url;
}

/** Those who have a name. */
export function completePeople(people: readonly DraftPerson[], resolve: ResolveLink): Person[] {
  return people.slice(0, MAX_PEOPLE).flatMap((person) => {
    const name = cleanText(person.name, MAX_NAME);
    const url = person.url === undefined ? undefined : resolve(person.url, "link");
    return name === undefined ? [] : [present<Person>({ name, url })];
  });
}

/** Nothing when its URL leads nowhere. */
export function completeImage(
  image: DraftImage | undefined,
  resolve: ResolveLink,
): Image | undefined {
  const url = image && resolve(image.url, "media");
  return url === undefined ? undefined : { url, alt: cleanText(image?.alt, MAX_ALT) ?? "" };
}

function safeHtml(
  content: RawText | undefined,
  resolve: ResolveLink,
  sanitizer: Sanitizer,
): string | undefined {
  if (content === undefined) return undefined;
  const isMarkup = content.kind === "html" && content.value.includes("<");
  const markup = isMarkup ? content.value : paragraphs(plainContent(content, sanitizer));
  const html = sanitizer.html(markup, resolve);
  const shows = /<(?:img|audio|video)\b/.test(html) || html.replace(/<[^<>]*>/g, "").trim() !== "";
  return shows ? html : undefined;
}

function plainContent({ kind, value }: RawText, sanitizer: Sanitizer): string {
  const text = value.slice(0, MAX_TEXT);
  return kind === "html" ? sanitizer.text(text) : text;
}

function completeEnclosure(enclosure: DraftEnclosure, resolve: ResolveLink): Enclosure[] {
  const url = resolve(enclosure.url, "media");
  if (url === undefined) return [];
  const { length = 0, duration = 0 } = enclosure;
  return [present<Enclosure>({
    url,
    mediaType: mediaTypeOf(enclosure.mediaType, url),
    length: Number.isSafeInteger(length) && length > 0 ? length : undefined,
    title: cleanText(enclosure.title, MAX_TITLE),
    duration: Number.isSafeInteger(Math.round(duration)) && duration > 0
      ? Math.round(duration)
      : undefined,
  })];
}

function completeCategories(categories: readonly string[]): string[] {
  const names = categories.slice(0, 10 * MAX_CATEGORIES)
    .flatMap((category) => cleanText(category, MAX_CATEGORY) ?? []);
  return [...new Set(names)].slice(0, MAX_CATEGORIES);
}

function written(text: string | undefined): string | undefined {
  return text === undefined ? undefined : xmlCharacters(text).trim() || undefined;
}
