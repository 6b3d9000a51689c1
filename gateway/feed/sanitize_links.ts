// @ts-types="@types/sanitize-html"
import type { Attributes, Tag } from "sanitize-html";
import type { LinkUse } from "./links.ts";

/** Where a URL of the HTML leads; nothing: it is left out. */
export type ResolveLink = (href: string, use: LinkUse) => string | undefined;

/**
 * `nofollow ugc`: links are their publisher's, and a gateway that anybody can publish through must not
 * lend them its name; `noopener` for browsers that do not imply it.
 */
export function linkTag(attributes: Attributes, resolve: ResolveLink): Tag {
  const href = attributes["href"] === undefined ? undefined : resolve(attributes["href"], "link");
  return href === undefined
    ? { tagName: "span", attribs: without(attributes, "href", "rel") }
    : { tagName: "a", attribs: { ...attributes, href, rel: "noopener nofollow ugc" } };
}

/** A picture that cannot be shown leaves its text behind. */
export function pictureTag(attributes: Attributes, resolve: ResolveLink): Tag {
  const attribs = withLinks(attributes, resolve, ["src"]);
  const alt = attributes["alt"] ?? "";
  return attribs["src"] === undefined
    ? { tagName: "span", attribs: {}, text: alt }
    : { tagName: "img", attribs: { ...attribs, alt, loading: "lazy" } };
}

/** Plays only when asked to, and loads nothing before. */
export function playerTag(tagName: string, attributes: Attributes, resolve: ResolveLink): Tag {
  const attribs = withLinks(attributes, resolve, ["src", "poster"]);
  return { tagName, attribs: { ...attribs, controls: "controls", preload: "none" } };
}

/** A form of a picture or recording to choose from. */
export function sourceTag(attributes: Attributes, resolve: ResolveLink): Tag {
  return { tagName: "source", attribs: withLinks(attributes, resolve, ["src"]) };
}

/** What was embedded can still be visited. */
export function frameTag({ src }: Attributes, resolve: ResolveLink): Tag {
  const url = src === undefined ? undefined : resolve(src, "media");
  return url === undefined
    ? { tagName: "span", attribs: {} }
    : { tagName: "a", attribs: { href: url, rel: "noopener nofollow ugc" }, text: url };
}

/** The attributes, in their order, with what leads nowhere left out. */
function withLinks(
  attributes: Attributes,
  resolve: ResolveLink,
  names: readonly string[],
): Attributes {
  const attribs = { ...attributes };
  for (const name of [...names, "srcset"]) {
    const written = attribs[name];
    if (written === undefined) continue;
    const value = name === "srcset" ? resolveSrcset(written, resolve) : resolve(written, "media");
    if (value === undefined) delete attribs[name];
    else attribs[name] = value;
  }
  return attribs;
}

/**
 * HTML, "Parsing a srcset attribute": a URL without white space, then what else is before a comma. The URL's
 * first character is no comma either: without that, half a megabyte of commas takes minutes.
 */
const CANDIDATE = /[\s,]*([^\s,](?:\S*[^\s,])?)(?:,+|\s+([^,]*)|$)/y;
/** Pages offer a picture in five or six sizes. Each costs a URL to parse: 100,000 took 700 ms. */
const MAX_CANDIDATES = 50;
const DESCRIPTORS = /^(?:\d+(?:\.\d+)?[wx])?$/;

function resolveSrcset(srcset: string, resolve: ResolveLink): string | undefined {
  const candidates: string[] = [];
  CANDIDATE.lastIndex = 0;
  for (let looked = 0; looked < MAX_CANDIDATES; looked++) {
    const match = CANDIDATE.exec(srcset);
    if (match === null) break;
    const [, written = "", descriptors = ""] = match;
    const url = resolve(written, "media")?.replaceAll(",", "%2C");
    const descriptor = descriptors.trim();
    if (url === undefined || !DESCRIPTORS.test(descriptor)) continue;
    candidates.push(descriptor === "" ? url : `${url} ${descriptor}`);
  }
  return candidates.length === 0 ? undefined : candidates.join(", ");
}

function without(attributes: Attributes, ...names: readonly string[]): Attributes {
  return Object.fromEntries(Object.entries(attributes).filter(([name]) => !names.includes(name)));
}
