import { type DraftFeed, type DraftItem, type DraftPerson, MAX_DRAFT_ITEMS } from "./draft.ts";
import { enclosureAt, enclosuresOf, imageOf, mediaDescription } from "./media_rss.ts";
import { attribute, basesOf, child, children, htmlIn, textIn, texts } from "./xml_reading.ts";
import type { XmlElement } from "./xml_tree.ts";

/**
 * RSS 2.0, 0.9x and 1.0 (RDF), which differ in where the items stand. Texts are HTML in all of them: the
 * specifications do not say, and readers take them so. Nothing when there is no channel.
 */
export function draftFromRss(root: XmlElement): DraftFeed | undefined {
  const channel = child(root, "channel");
  if (channel === undefined) return undefined;
  const bases = [...basesOf(root), ...basesOf(channel)];
  const image = child(channel, "image") ?? child(root, "image");
  const imageUrl = textIn(child(image, "url")) ??
    attribute(child(channel, "itunes:image"), "href");
  return {
    title: htmlIn(child(channel, "title")),
    description: htmlIn(child(channel, "description") ?? child(channel, "itunes:summary")),
    language: languageOf(channel, "language") ?? attribute(root, "xml:lang"),
    link: textIn(child(channel, "link")),
    bases,
    image: imageUrl === undefined
      ? undefined
      : { url: imageUrl, alt: textIn(child(image, "title")) },
    authors: authorsOf(channel, "managingeditor"),
    copyright: htmlIn(child(channel, "copyright") ?? child(channel, "dc:rights")),
    updated: textOfAny(channel, "lastbuilddate", "pubdate", "dc:date"),
    items: [...children(channel, "item"), ...children(root, "item")]
      .slice(0, MAX_DRAFT_ITEMS).map((item) => itemFromRss(item, bases)),
  };
}

function itemFromRss(item: XmlElement, feedBases: readonly string[]): DraftItem {
  const bases = [...feedBases, ...basesOf(item)];
  const description = htmlIn(child(item, "description"));
  const encoded = htmlIn(child(item, "content:encoded"));
  const instead = mediaDescription(item);
  return {
    guid: textIn(child(item, "guid")) ?? attribute(item, "rdf:about"),
    title: htmlIn(child(item, "title") ?? child(item, "itunes:title") ?? child(item, "dc:title")),
    link: textIn(child(item, "link")),
    language: languageOf(item, "language"),
    summary: encoded && description,
    content: encoded ?? description ?? (instead ? { kind: "html", value: instead } : undefined),
    bases,
    contentBases: bases,
    published: textOfAny(item, "pubdate", "dc:date"),
    updated: textIn(child(item, "atom:updated")),
    authors: authorsOf(item, "author"),
    categories: [...texts(item, "category"), ...texts(item, "dc:subject")],
    enclosures: enclosuresOf(
      item,
      children(item, "enclosure").flatMap((found) => enclosureAt(attribute(found, "url"), found)),
    ),
    image: imageOf(item),
  };
}

function textOfAny(element: XmlElement, ...names: string[]): string | undefined {
  return names.map((name) => textIn(child(element, name))).find((text) => text !== undefined);
}

function languageOf(element: XmlElement, name: string): string | undefined {
  return textOfAny(element, name, "dc:language") ?? attribute(element, "xml:lang");
}

/** The same people are often named in several vocabularies; the first that is used counts. */
function authorsOf(element: XmlElement, name: string): DraftPerson[] {
  const choices = ["dc:creator", name, "itunes:author"].map((choice) => texts(element, choice));
  const names = choices.find((choice) => choice.length > 0) ?? [];
  return names.map((text) => ({ name: personName(text), url: undefined }));
}

/** No name is longer, and the patterns take quadratic time. */
const MAX_PERSON_LENGTH = 300;

/** `ann@example.org (Ann)` as in RSS 2.0, or `Ann <ann@example.org>`: Ann. */
function personName(text: string): string {
  if (text.length > MAX_PERSON_LENGTH) return text;
  const bracketed = /^\S+@\S+\s*\(([^()]+)\)$/.exec(text)?.[1];
  const before = /^([^<>@]+)<[^<>]*@[^<>]*>$/.exec(text)?.[1];
  return (bracketed ?? before ?? text).trim();
}
