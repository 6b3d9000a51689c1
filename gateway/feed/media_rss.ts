import type { DraftEnclosure, DraftImage } from "./draft.ts";
import { attribute, child, children, sizeIn, textIn } from "./xml_reading.ts";
import type { XmlElement } from "./xml_tree.ts";

/** An item's files: its own enclosures first, then those of Media RSS, which may tell more of the same. */
export function enclosuresOf(item: XmlElement, own: readonly DraftEnclosure[]): DraftEnclosure[] {
  const byUrl = new Map<string, DraftEnclosure>();
  for (const enclosure of [...own, ...mediaScopes(item).flatMap(mediaContents)]) {
    const known = byUrl.get(enclosure.url);
    byUrl.set(enclosure.url, known === undefined ? enclosure : merged(known, enclosure));
  }
  const [first, ...rest] = byUrl.values();
  if (first === undefined) return [];
  const duration = first.duration ?? durationIn(textIn(child(item, "itunes:duration")));
  return [{ ...first, duration }, ...rest];
}

/** An `enclosure` of RSS or a link of Atom. */
export function enclosureAt(
  url: string | undefined,
  element: XmlElement,
): DraftEnclosure[] {
  return url === undefined ? [] : [{
    url,
    mediaType: attribute(element, "type"),
    length: sizeIn(attribute(element, "length")),
    title: attribute(element, "title"),
    duration: undefined,
  }];
}

/** The picture that stands for an item: a podcast's, else a video's. */
export function imageOf(item: XmlElement): DraftImage | undefined {
  const url = attribute(child(item, "itunes:image"), "href") ??
    mediaScopes(item).map((scope) => attribute(child(scope, "media:thumbnail"), "url"))
      .find((found) => found !== undefined);
  return url === undefined ? undefined : { url, alt: undefined };
}

/** All that video sites say of an item; podcasts' may stand in for a missing description too. */
export function mediaDescription(item: XmlElement): string | undefined {
  const descriptions = mediaScopes(item).map((scope) => textIn(child(scope, "media:description")));
  return textIn(child(item, "itunes:summary")) ?? descriptions.find((text) => text !== undefined);
}

/** Media RSS stands in the item itself or in groups. */
function mediaScopes(item: XmlElement): XmlElement[] {
  return [item, ...children(item, "media:group")];
}

function mediaContents(scope: XmlElement): DraftEnclosure[] {
  return children(scope, "media:content").flatMap((content) => {
    const url = attribute(content, "url");
    const medium = attribute(content, "medium");
    const mediaType = attribute(content, "type") ?? (medium && `${medium}/*`);
    // What Flash played nobody can play any more.
    if (url === undefined || mediaType === "application/x-shockwave-flash") return [];
    return [{
      url,
      mediaType,
      length: sizeIn(attribute(content, "filesize")),
      title: textIn(child(content, "media:title")),
      duration: durationIn(attribute(content, "duration")),
    }];
  });
}

function merged(known: DraftEnclosure, other: DraftEnclosure): DraftEnclosure {
  return {
    url: known.url,
    mediaType: known.mediaType ?? other.mediaType,
    length: known.length ?? other.length,
    title: known.title ?? other.title,
    duration: known.duration ?? other.duration,
  };
}

/** Seconds: `3723`, `62:03` or `1:02:03`. */
function durationIn(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,6}(?:\.\d+)?$|^(?:\d{1,4}:)?\d{1,4}:\d{2}$/.test(text)) {
    return undefined;
  }
  return text.split(":").reduce((seconds, part) => seconds * 60 + Number(part), 0);
}
