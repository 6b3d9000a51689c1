import type { Feed, Item } from "../../schemas/feed.ts";
import type { Renderer } from "./renderer.ts";
import type { XsltEngine } from "./xslt.ts";

/** feed.xsl's `$whole`: so many posts are shown whole, of older ones that have a title only that. */
const WHOLE_POSTS = 20;

/** The engine ends each transformation by itself; what it makes is kept for those who ask next. */
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
      const xml = await parts.rss.render(withoutUnseen(feed), page);
      return await parts.xslt.transform(xml, { signal: NEVER });
    },
  };
}

/** Leaves out what the page would not show: 1,000 articles then take 32 ms instead of 78. */
function withoutUnseen(feed: Feed): Feed {
  return {
    ...feed,
    items: feed.items.map((item, index) =>
      index < WHOLE_POSTS || !item.title ? item : titleAndDate(item)
    ),
  };
}

function titleAndDate(item: Item): Item {
  const { html: _html, summary: _summary, image: _image, updated: _updated, ...rest } = item;
  return { ...rest, authors: [], categories: [], enclosures: [] };
}
