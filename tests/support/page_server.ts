import {
  pageSecurityHeaders,
  styledXmlSecurityHeaders,
} from "../../gateway/http/security_headers.ts";
import { createHtmlRenderer } from "../../gateway/render/html.ts";
import { feedStylesheet, pageAssets } from "../../gateway/render/page_assets.ts";
import { paymentUri } from "../../gateway/render/payment_uri.ts";
import { qrSvg } from "../../gateway/render/qr.ts";
import { pageXml, rss } from "../../gateway/render/rss.ts";
import { createXsltEngine } from "../../gateway/render/xslt.ts";
import type { Feed } from "../../schemas/feed.ts";
import { pageContext, type PageContextFields } from "./page_contexts.ts";

/** Pages on loopback as the gateway serves them, without resolving anything. */
export interface PageServer extends AsyncDisposable {
  readonly origin: string;
  /** Puts a feed's page at `/{name}` and its XML at `/{name}/page.xml`; returns the page's URL. */
  addFeed(name: string, feed: Feed, fields?: PageContextFields): Promise<string>;
  /** Puts any page at a path; returns its URL. */
  addPage(path: string, html: Uint8Array<ArrayBuffer>): string;
}

type Answer = () => Response;

const PICTURE = new TextEncoder().encode(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 640 360" width="640" height="360">' +
    '<path fill="#a8c69f" d="M0 0h640v360H0z"/><path fill="#4e6e58" d="M0 240 640 180v180H0z"/></svg>',
);

export function startPageServer(): PageServer {
  const answers = new Map<string, Answer>();
  const xslt = createXsltEngine({ stylesheet: feedStylesheet });
  const html = createHtmlRenderer({ rss, xslt });
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, (request) => {
    const { pathname } = new URL(request.url);
    return answers.get(pathname)?.() ?? new Response("Not here", { status: 404 });
  });
  const origin = `http://127.0.0.1:${server.addr.port}`;

  function add(
    path: string,
    body: Uint8Array<ArrayBuffer>,
    mediaType: string,
    headers: Readonly<Record<string, string>> = {},
  ): void {
    answers.set(path, () =>
      new Response(body, {
        headers: { "X-Content-Type-Options": "nosniff", ...headers, "Content-Type": mediaType },
      }));
  }

  for (const { path, mediaType, bytes } of pageAssets) add(path, bytes, mediaType);

  return {
    origin,
    async addFeed(name, feed, fields = {}) {
      const page = await pageContext({ ...fields, origin, basePath: `/${name}` });
      const path = encodeURI(`/${name}`);
      add(path, await html.render(feed, page), html.mediaType, pageSecurityHeaders(page.origin));
      add(
        `${path}/page.xml`,
        await pageXml.render(feed, page),
        pageXml.mediaType,
        styledXmlSecurityHeaders(page.origin),
      );
      add(`${path}/qr.svg`, qrSvg(paymentUri(page.identity)), "image/svg+xml");
      for (const item of feed.items) {
        if (item.image !== undefined) add(item.image.url, PICTURE, "image/svg+xml");
        for (const [, url = ""] of item.html?.matchAll(/<img src="(\/[^"]+)"/g) ?? []) {
          add(url, PICTURE, "image/svg+xml");
        }
      }
      return origin + path;
    },
    addPage(path, bytes) {
      add(path, bytes, "text/html; charset=utf-8", pageSecurityHeaders());
      return origin + path;
    },
    async [Symbol.asyncDispose]() {
      xslt.close();
      await server.shutdown();
    },
  };
}
