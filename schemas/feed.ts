/**
 * A feed in no particular format: what RSS 2.0, Atom and JSON Feed have in common, with text as text
 * and HTML already sanitised. Every URL is absolute, or root-relative (`/ipfs/…`) for content that the
 * gateway serves itself; renderers put the gateway's origin before those.
 */
export interface Feed {
  readonly title: string;
  readonly description: string;
  /** BCP 47 language tag, when the source names one. */
  readonly language?: string;
  /** The home page that the feed names (RSS channel link, Atom alternate link, JSON home_page_url). */
  readonly link?: string;
  readonly image?: Image;
  readonly authors: readonly Person[];
  readonly copyright?: string;
  /** RFC 3339, UTC: when the source says that it last changed. */
  readonly updated?: string;
  /** Newest first; items without a date keep their place after the dated ones. */
  readonly items: readonly Item[];
}

/** One post. */
export interface Item {
  /** The source's guid; a missing one is derived from the link, else from title and date. */
  readonly guid: string;
  /** base32 of the first 16 bytes of SHA-256(guid): the `{id}` of `/{name}/posts/{id}`. */
  readonly id: string;
  readonly title?: string;
  readonly link?: string;
  /** BCP 47 language tag, when it differs from the feed's. */
  readonly language?: string;
  /** Plain text, at most a paragraph. */
  readonly summary?: string;
  /** Sanitised HTML. */
  readonly html?: string;
  /** RFC 3339, UTC. */
  readonly published?: string;
  /** RFC 3339, UTC. */
  readonly updated?: string;
  readonly authors: readonly Person[];
  readonly categories: readonly string[];
  readonly enclosures: readonly Enclosure[];
  readonly image?: Image;
}

/** An author, as the feed names them. */
export interface Person {
  readonly name: string;
  readonly url?: string;
}

/** A picture that stands for a feed or an item. */
export interface Image {
  readonly url: string;
  readonly alt: string;
}

/** A picture, an audio or a video file that belongs to an item. */
export interface Enclosure {
  readonly url: string;
  readonly mediaType: string;
  /** Bytes. */
  readonly length?: number;
  readonly title?: string;
  /** Seconds. */
  readonly duration?: number;
}
