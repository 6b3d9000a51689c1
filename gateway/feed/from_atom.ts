import {
  type DraftFeed,
  type DraftItem,
  type DraftPerson,
  MAX_DRAFT_ITEMS,
  type RawText,
} from "./draft.ts";
import { enclosureAt, enclosuresOf, imageOf, mediaDescription } from "./media_rss.ts";
import { attribute, basesOf, child, children, markupOf, textIn } from "./xml_reading.ts";
import type { XmlElement } from "./xml_tree.ts";

/** Atom 1.0 (RFC 4287) and 0.3. */
export function draftFromAtom(feed: XmlElement): DraftFeed {
  const bases = basesOf(feed);
  const imageUrl = textIn(child(feed, "atom:logo")) ?? textIn(child(feed, "atom:icon"));
  return {
    title: textConstruct(child(feed, "atom:title")),
    description: textConstruct(child(feed, "atom:subtitle") ?? child(feed, "atom:tagline")),
    language: attribute(feed, "xml:lang"),
    link: alternateOf(feed),
    bases,
    image: imageUrl === undefined ? undefined : { url: imageUrl, alt: undefined },
    authors: authorsOf(feed),
    copyright: textConstruct(child(feed, "atom:rights") ?? child(feed, "atom:copyright")),
    updated: updatedOf(feed),
    items: children(feed, "atom:entry").slice(0, MAX_DRAFT_ITEMS)
      .map((entry) => itemFromEntry(entry, bases)),
  };
}

function itemFromEntry(entry: XmlElement, feedBases: readonly string[]): DraftItem {
  const bases = [...feedBases, ...basesOf(entry)];
  const written = child(entry, "atom:content");
  const content = textConstruct(written);
  const summary = textConstruct(child(entry, "atom:summary"));
  const body = content === undefined ? child(entry, "atom:summary") : written;
  const links = children(entry, "atom:link").filter((link) => relationOf(link) === "enclosure");
  const source = child(entry, "atom:source");
  const instead = mediaDescription(entry);
  return {
    guid: textIn(child(entry, "atom:id")),
    title: textConstruct(child(entry, "atom:title")),
    // RFC 4287, 4.1.3.2: content that lies elsewhere is what the entry is about.
    link: alternateOf(entry) ?? attribute(written, "src"),
    language: attribute(body, "xml:lang") ?? attribute(entry, "xml:lang"),
    summary: content && summary,
    content: content ?? summary ?? (instead ? { kind: "text", value: instead } : undefined),
    bases,
    contentBases: [...bases, ...basesOf(body), ...basesOf(divIn(body))],
    published: textIn(
      child(entry, "atom:published") ?? child(entry, "atom:issued") ??
        child(entry, "atom:created"),
    ),
    updated: updatedOf(entry),
    authors: authorsOf(entry.content.some(isAuthor) || !source ? entry : source),
    categories: children(entry, "atom:category").flatMap((category) =>
      attribute(category, "label") ?? attribute(category, "term") ?? []
    ),
    enclosures: enclosuresOf(
      entry,
      links.flatMap((link) => enclosureAt(attribute(link, "href"), link)),
    ),
    image: imageOf(entry),
  };
}

/** RFC 4287, 3.1.1 and 4.1.3.3. Content of other types (XML, Base64) cannot be shown. */
function textConstruct(element: XmlElement | undefined): RawText | undefined {
  if (element === undefined) return undefined;
  const type = attribute(element, "type")?.split(";")[0]?.trim().toLowerCase() ?? "text";
  const isMarkup = type === "xhtml" || type === "application/xhtml+xml" ||
    attribute(element, "mode") === "xml";
  const value = isMarkup ? markupOf(divIn(element) ?? element).trim() : textIn(element);
  if (!value) return undefined;
  if (type === "text" || type === "text/plain") return { kind: "text", value };
  return isMarkup || type === "html" || type === "text/html" ? { kind: "html", value } : undefined;
}

/** RFC 4287, 3.1.1.3: the `div` around XHTML is not part of it. */
function divIn(element: XmlElement | undefined): XmlElement | undefined {
  return child(element, "xhtml:div") ?? child(element, "atom:div");
}

/** RFC 4287, 4.2.7.2: without `rel` a link is an alternate one. */
function relationOf(link: XmlElement): string {
  return attribute(link, "rel") ?? "alternate";
}

/** A page is better than other forms of the same. */
function alternateOf(element: XmlElement): string | undefined {
  const links = children(element, "atom:link").filter((link) => relationOf(link) === "alternate");
  const page = links.find((link) => attribute(link, "type")?.startsWith("text/html") ?? true);
  return attribute(page ?? links[0], "href");
}

function updatedOf(element: XmlElement): string | undefined {
  return textIn(child(element, "atom:updated") ?? child(element, "atom:modified"));
}

function isAuthor(node: XmlElement | string): boolean {
  return typeof node !== "string" && node.name === "atom:author";
}

function authorsOf(element: XmlElement): DraftPerson[] {
  return children(element, "atom:author").map((author) => ({
    name: textIn(child(author, "atom:name") ?? child(author, "atom:email")),
    url: textIn(child(author, "atom:uri") ?? child(author, "atom:url")),
  }));
}
