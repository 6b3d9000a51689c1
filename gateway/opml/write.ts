import { element, xmlDocument } from "../render/xml.ts";

/** The namespace of our attributes: OPML 2.0 allows others' only in a namespace. */
const OPML_NAMESPACE = "urn:ourspace:opml";

/** A feed in a list of subscriptions. */
export interface Subscription {
  /** As it is followed: a wallet address or a domain. */
  readonly name: string;
  /** The wallet that it leads to. */
  readonly identity: string;
  /** What the feed calls itself; empty while that is not known. */
  readonly title: string;
}

/**
 * A list of subscriptions as OPML 2.0. Any feed reader subscribes to the feeds at `origin`, a gateway's
 * address without a slash at the end; `readOpml` finds the names again, whatever the gateway. It is ASCII: a
 * terminal that it is shown on may obey what strangers wrote into their feeds' titles.
 */
export function writeOpml(
  subscriptions: readonly Subscription[],
  origin: string,
): Uint8Array<ArrayBuffer> {
  const outlines = subscriptions.map(({ name, identity, title }) =>
    element("outline", {
      "type": "rss",
      "text": title || name,
      "title": title || name,
      "xmlUrl": `${origin}/${name}/feed.xml`,
      "htmlUrl": `${origin}/${name}`,
      "ourspace:name": name,
      "ourspace:identity": identity,
    })
  );
  const list = xmlDocument(
    element(
      "opml",
      { "version": "2.0", "xmlns:ourspace": OPML_NAMESPACE },
      element("head", {}, element("title", {}, "Followed with OurSpace")),
      element("body", {}, outlines),
    ),
  );
  return new TextEncoder().encode(ascii(new TextDecoder().decode(list)));
}

/** Only titles have other characters, and attributes may have references to them. */
function ascii(xml: string): string {
  return xml.replace(
    /[\u007f-\u{10ffff}]/gu,
    (character) => `&#x${character.codePointAt(0)?.toString(16)};`,
  );
}
