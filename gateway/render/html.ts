import type { Renderer } from "./renderer.ts";
import type { XsltEngine } from "./xslt.ts";

/** The engine of xslt.ts ends by itself; a page is never given up half-way by its renderer. */
const NEVER = new AbortController().signal;

/** The page: the feed's RSS with feed.xsl applied, so that both show the same and look the same. */
export function createHtmlRenderer(
  parts: { rss: Pick<Renderer, "render">; xslt: Pick<XsltEngine, "transform"> },
): Renderer {
  return {
    id: "html",
    mediaType: "text/html; charset=utf-8",
    path: "",
    async render(feed, page) {
      const xml = await parts.rss.render(feed, page);
      return await parts.xslt.transform(xml, { signal: NEVER });
    },
  };
}
