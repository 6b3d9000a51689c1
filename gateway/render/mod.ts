import { atom } from "./atom.ts";
import { createHtmlRenderer } from "./html.ts";
import { json } from "./json.ts";
import { feedStylesheet } from "./page_assets.ts";
import type { Renderer } from "./renderer.ts";
import { pageXml, rss } from "./rss.ts";
import { createXsltEngine } from "./xslt.ts";

/** The output formats. A new one is one more line. */
export const renderers: readonly Renderer[] = [
  createHtmlRenderer({ rss, xslt: createXsltEngine({ stylesheet: feedStylesheet }) }),
  rss,
  pageXml,
  atom,
  json,
];
