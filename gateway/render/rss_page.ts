import type { Feed, Image, Person } from "../../schemas/feed.ts";
import { identityText } from "../../schemas/identity.ts";
import { type DateTexts, type Direction, languageName } from "./language.ts";
import { absoluteUrl, type PageUrls } from "./page_urls.ts";
import { paymentUri } from "./payment_uri.ts";
import type { PageContext } from "./renderer.ts";
import { element, type Xml } from "./xml.ts";

/** What all parts of one RSS rendering share. */
export interface RssRendering {
  readonly feed: Feed;
  readonly page: PageContext;
  readonly urls: PageUrls;
  readonly dates: DateTexts;
  /** Of the feed's language. */
  readonly direction: Direction;
}

/** `ourspace:page`: whose feed this is, its proof, and where its other forms are. See rss.ts. */
export function pageElement({ feed, page, urls, dates, direction }: RssRendering): Xml {
  const { identity, pointer } = page;
  return element(
    "ourspace:page",
    {
      view: page.view,
      stale: String(page.stale),
      lang: feed.language,
      language: feed.language && languageName(feed.language),
      dir: direction,
    },
    nameElement(page),
    element("ourspace:identity", {
      kind: identity.kind,
      short: `${identity.address.slice(0, 6)}…${identity.address.slice(-4)}`,
    }, identityText(identity)),
    page.payable ? element("ourspace:pay", { href: paymentUri(identity) }) : undefined,
    element(
      "ourspace:pointer",
      {
        cid: pointer.cid,
        signature: pointer.signature,
        published: pointer.timestamp,
        text: dates.instant(pointer.timestamp),
      },
      element("ourspace:text", {}, pointer.text),
      pointer.locations.map((location) => element("ourspace:location", {}, location)),
    ),
    linkElements(page, urls),
  );
}

function nameElement({ name, domainVerified, domainAuthenticated }: PageContext): Xml {
  const domain = name.kind === "identity" ? {} : {
    verified: String(domainVerified),
    authenticated: String(domainAuthenticated),
  };
  return element("ourspace:name", { kind: name.kind, ...domain }, name.text);
}

function linkElements({ origin, pointer }: PageContext, urls: PageUrls): Xml[] {
  const links: [rel: string, href: string, type?: string][] = [
    ["page", urls.page],
    ["rss", urls.rss, "application/rss+xml"],
    ["atom", urls.atom, "application/atom+xml"],
    ["json", urls.json, "application/feed+json"],
    ["pointer", urls.pointer, "application/json"],
    ["proof", urls.proof, "application/json"],
    ["content", `${origin}/ipfs/${pointer.cid}`],
    ["qr", urls.qr, "image/svg+xml"],
  ];
  return links.map(([rel, href, type]) => element("ourspace:link", { rel, type, href }));
}

/** `ourspace:author`, one for each. */
export function authorElements(authors: readonly Person[], origin: string): Xml[] {
  return authors.map(({ name, url }) =>
    element("ourspace:author", { href: url && absoluteUrl(url, origin) }, name)
  );
}

/** `ourspace:image`, when there is one. `shown`: the item's own HTML has it already. */
export function imageElement(
  image: Image | undefined,
  origin: string,
  shown = false,
): Xml | undefined {
  return image && element("ourspace:image", {
    href: absoluteUrl(image.url, origin),
    alt: image.alt,
    shown: shown ? "true" : undefined,
  });
}
