import faviconSvg from "./favicon.svg" with { type: "text" };
import feedXsl from "./feed.xsl" with { type: "text" };
import pageCss from "./page.css" with { type: "text" };

/** A file that pages link to. Its bytes change with the build only. */
export interface PageAsset {
  /** The route. */
  readonly path: string;
  /** With the charset. */
  readonly mediaType: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const asset = (path: string, mediaType: string, text: string): PageAsset => ({
  path,
  mediaType: `${mediaType}; charset=utf-8`,
  bytes: new TextEncoder().encode(text),
});

/** The stylesheet that makes the page of the RSS, for the engine. */
export const feedStylesheet: string = feedXsl;

/** What `GET /feed.xsl`, `/page.css` and `/favicon.svg` serve. */
export const pageAssets: readonly PageAsset[] = [
  asset("/feed.xsl", "application/xslt+xml", feedXsl),
  asset("/page.css", "text/css", pageCss),
  asset("/favicon.svg", "image/svg+xml", faviconSvg),
];
