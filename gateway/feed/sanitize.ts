// @ts-types="@types/sanitize-html"
import type { IOptions } from "sanitize-html";
import { xmlCharacters } from "../xml_characters.ts";
import { frameTag, linkTag, pictureTag, playerTag, sourceTag } from "./sanitize_links.ts";
import type { ResolveLink } from "./sanitize_links.ts";

/** Makes strangers' HTML harmless. */
export interface Sanitizer {
  /**
   * What is left of a stranger's HTML by the allow list below. Every `<` of the result starts a tag and
   * every `>` ends one; attributes stand in double quotes.
   */
  html(html: string, resolve: ResolveLink): string;
  /** The text of HTML, its white space as it is. */
  text(html: string): string;
}

/** Longer HTML is cut: this much takes the sanitizer about 40 ms, at worst 150. */
const MAX_LENGTH = 256 * 1024;
/**
 * HTML nested deeper becomes text. The HTML parser takes quadratic time in the depth (350,000 levels: a
 * minute), and so do browsers.
 */
const MAX_DEPTH = 256;

const ALLOWED_TAGS = [
  "p br hr pre blockquote h2 h3 h4 h5 h6 div span ul ol li dl dt dd details summary",
  "a abbr b bdi bdo cite code data del dfn em i ins kbd mark q rp rt ruby s samp small strong",
  "sub sup time u var wbr",
  "table caption colgroup col thead tbody tfoot tr th td",
  "figure figcaption picture source img audio video",
].flatMap((names) => names.split(" "));

const ALLOWED_ATTRIBUTES: Record<string, string[]> = {
  "*": ["lang", "dir", "title"],
  a: ["href", "rel"],
  audio: ["src", "controls", "preload"],
  col: ["span"],
  colgroup: ["span"],
  data: ["value"],
  del: ["datetime"],
  details: ["open"],
  img: ["src", "srcset", "sizes", "alt", "width", "height", "loading"],
  ins: ["datetime"],
  li: ["value"],
  ol: ["start", "reversed", "type"],
  source: ["src", "srcset", "sizes", "type", "media"],
  td: ["colspan", "rowspan"],
  th: ["colspan", "rowspan", "scope"],
  time: ["datetime"],
  video: ["src", "poster", "width", "height", "controls", "preload"],
};

/** Loads sanitize-html at the first use: about 40 ms. */
export async function loadSanitizer(): Promise<Sanitizer> {
  // @ts-types="@types/sanitize-html"
  const { default: sanitizeHtml } = await import("sanitize-html");

  function run(html: string, options: IOptions): string {
    const input = xmlCharacters(html.slice(0, MAX_LENGTH));
    try {
      return sanitizeHtml(input, { ...options, ...depthGuard() });
    } catch (error) {
      if (!(error instanceof TooDeep)) throw error;
      return sanitizeHtml(withoutTags(input), options);
    }
  }

  return {
    // The result is cleaned again: a reference such as `&#1;` has become the character by then.
    html: (html, resolve) => xmlCharacters(run(html, htmlOptions(resolve))).trim(),
    text: (html) => decodeReferences(xmlCharacters(run(markTags(html), TEXT_OPTIONS))),
  };
}

function htmlOptions(resolve: ResolveLink): IOptions {
  return {
    allowedTags: ALLOWED_TAGS,
    allowedAttributes: ALLOWED_ATTRIBUTES,
    // A second check behind `resolve`, which has let nothing else through.
    allowedSchemes: ["https", "http", "mailto", "tel", "xmpp", "magnet", "ethereum"],
    allowedSchemesAppliedToAttributes: ["href", "src", "poster"],
    allowProtocolRelative: false,
    nonTextTags: ["script", "style", "textarea", "option", "xmp", "noscript", "template", "title"],
    transformTags: {
      // The title of the page, or of the post, is the one `h1`.
      h1: "h2",
      center: "div",
      strike: "s",
      tt: "code",
      a: (_, attributes) => linkTag(attributes, resolve),
      img: (_, attributes) => pictureTag(attributes, resolve),
      audio: (_, attributes) => playerTag("audio", attributes, resolve),
      video: (_, attributes) => playerTag("video", attributes, resolve),
      source: (_, attributes) => sourceTag(attributes, resolve),
      iframe: (_, attributes) => frameTag(attributes, resolve),
    },
    selfClosing: ["br", "col", "hr", "img", "source", "wbr"],
    exclusiveFilter: ({ tag, attribs }) =>
      tag === "source" && attribs["src"] === undefined && attribs["srcset"] === undefined,
  };
}

class TooDeep extends Error {}

function depthGuard(): Pick<IOptions, "onOpenTag" | "onCloseTag"> {
  let depth = 0;
  return {
    onOpenTag: () => {
      if (++depth > MAX_DEPTH) throw new TooDeep();
    },
    onCloseTag: () => depth--,
  };
}

function withoutTags(html: string): string {
  return html.replace(/<[^<>]*>/g, " ").replaceAll("<", "&lt;");
}

const TEXT_OPTIONS: IOptions = {
  allowedTags: [],
  allowedAttributes: {},
  nonTextTags: ["script", "style", "textarea", "option", "xmp", "noscript", "template"],
};

/** Tags that part words; without them `<p>a</p><p>b</p>` would become `ab`. */
const BLOCK_TAG =
  /<(?=\/?(?:address|article|aside|blockquote|br|dd|div|dl|dt|figcaption|figure|footer|h[1-6]|header|hr|li|ol|p|pre|section|table|td|th|tr|ul)[\s/>])/gi;

/** A `<` that starts no whole tag and no comment: titles such as `x < y` and `I <3 you` are text. */
const NO_TAG = /<(?!\/?[a-z][^\s<>]*(?:\s[^<>]*)?>|!)/gi;

function markTags(html: string): string {
  return html.replace(NO_TAG, "&lt;").replace(BLOCK_TAG, "\n<");
}

/** The sanitizer writes no other references than these. */
function decodeReferences(html: string): string {
  return html.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}
