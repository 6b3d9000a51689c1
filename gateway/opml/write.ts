import { element, xmlDocument } from "../render/xml.ts";

/** The namespace of our attributes: OPML 2.0 allows others' only in a namespace. */
export const OPML_NAMESPACE = "urn:ourspace:opml";

/** A feed in a list of subscriptions. */
export interface Subscription {
  /** As it is followed: a wallet address or a domain. */
  readonly name: string;
  /** The wallet that it leads to. */
  readonly identity: string;
}

/**
 * A list of subscriptions as OPML 2.0. Any feed reader subscribes to the feeds at `origin`, a gateway's
 * address without a slash at the end; `readOpml` finds the names again, whatever the gateway.
 */
export function writeOpml(
  subscriptions: readonly Subscription[],
  origin: string,
): Uint8Array<ArrayBuffer> {
  const outlines = subscriptions.map(({ name, identity }) =>
    element("outline", {
      "type": "rss",
      "text": name,
      "title": name,
      "xmlUrl": `${origin}/${name}/feed.xml`,
      "htmlUrl": `${origin}/${name}`,
      "ourspace:name": name,
      "ourspace:identity": identity,
    })
  );
  return xmlDocument(
    element(
      "opml",
      { "version": "2.0", "xmlns:ourspace": OPML_NAMESPACE },
      element("head", {}, element("title", {}, "Followed with OurSpace")),
      element("body", {}, outlines),
    ),
  );
}
