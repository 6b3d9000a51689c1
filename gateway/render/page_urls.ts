import type { PageContext } from "./renderer.ts";

/** Where the routes of one feed are, as absolute URLs. */
export interface PageUrls {
  readonly page: string;
  readonly rss: string;
  readonly atom: string;
  readonly json: string;
  /** The signed pointer in wire form. */
  readonly pointer: string;
  /** The signed pointer and how it was found. */
  readonly proof: string;
  /** The identity as a QR code. */
  readonly qr: string;
  post(id: string): string;
}

/** The addresses of a page and of its other forms, all absolute. */
export function pageUrls(page: PageContext): PageUrls {
  const base = page.origin + page.basePath;
  return {
    page: page.basePath === "" ? `${page.origin}/` : base,
    rss: `${base}/feed.xml`,
    atom: `${base}/atom.xml`,
    json: `${base}/feed.json`,
    pointer: `${base}/pointer.json`,
    proof: `${base}/pointer.json?proof`,
    qr: `${base}/qr.svg`,
    post: (id) => `${base}/posts/${id}`,
  };
}

/** A feed's URL for use outside of the gateway: content that the gateway serves gets its origin. */
export function absoluteUrl(url: string, origin: string): string {
  return url.startsWith("/") ? origin + url : url;
}

/** A tag of sanitised HTML: there `<` and `>` stand for nothing else, not even in attributes. */
const TAG = /<[a-z][^<>]*>/g;
const PLAYER_TAG = /<(?:audio|video|source)\s[^<>]*>/g;
/** An attribute that the sanitizer lets carry URLs. */
const URL_ATTRIBUTE = /( (?:href|src|poster|srcset)=")([^"]*)/g;
/** The start of a root-relative URL, alone or as a candidate of a `srcset`. */
const ROOT_RELATIVE = /(^|,\s*)(?=\/)/g;

/**
 * The URLs that sanitised HTML shows or links to, for the page to show no picture twice. Found here, in one
 * pass: XPath's `contains` takes seconds for 50 long URLs that nearly match in half a megabyte.
 */
export function urlsIn(html: string): Set<string> {
  return urlsOf(html, TAG);
}

/** The URLs that players in sanitised HTML play, their posters too: a mere link to a recording plays nothing. */
export function urlsPlayedIn(html: string): Set<string> {
  return urlsOf(html, PLAYER_TAG);
}

function urlsOf(html: string, tags: RegExp): Set<string> {
  const urls = new Set<string>();
  for (const [tag] of html.matchAll(tags)) {
    // The sanitizer writes `&` as a reference, and the other characters cannot be in a URL.
    for (const [, , url = ""] of tag.matchAll(URL_ATTRIBUTE)) {
      urls.add(url.replaceAll("&amp;", "&"));
    }
  }
  return urls;
}

/** Sanitised HTML for use outside of the gateway: its root-relative URLs get the origin. */
export function absoluteHtml(html: string, origin: string): string {
  return html.replace(
    TAG,
    (tag) =>
      tag.replace(
        URL_ATTRIBUTE,
        (_, name: string, value: string) =>
          name + value.replace(ROOT_RELATIVE, (start) => start + origin),
      ),
  );
}
