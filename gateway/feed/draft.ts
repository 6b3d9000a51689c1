/**
 * A feed as its source wrote it, in one shape for all formats: texts not yet cleaned, dates not yet
 * understood, links not yet resolved, HTML not yet sanitised. complete.ts makes a Feed of it.
 */
export interface DraftFeed {
  readonly title: RawText | undefined;
  readonly description: RawText | undefined;
  readonly language: string | undefined;
  readonly link: string | undefined;
  /** The values of `xml:base` in force for the feed's own links, outermost first. */
  readonly bases: readonly string[];
  readonly image: DraftImage | undefined;
  readonly authors: readonly DraftPerson[];
  readonly copyright: RawText | undefined;
  readonly updated: string | undefined;
  readonly items: readonly DraftItem[];
}

/** Items that are looked at, in the order of the document; the newest of them are kept. */
export const MAX_DRAFT_ITEMS = 10_000;

/** An item as its source wrote it. */
export interface DraftItem {
  readonly guid: string | undefined;
  readonly title: RawText | undefined;
  readonly link: string | undefined;
  readonly language: string | undefined;
  /** Only beside `content`. */
  readonly summary: RawText | undefined;
  readonly content: RawText | undefined;
  /** As in DraftFeed, for the item's own links. */
  readonly bases: readonly string[];
  /** The same for the links in its content. */
  readonly contentBases: readonly string[];
  readonly published: string | undefined;
  readonly updated: string | undefined;
  readonly authors: readonly DraftPerson[];
  readonly categories: readonly string[];
  readonly enclosures: readonly DraftEnclosure[];
  readonly image: DraftImage | undefined;
}

/** Text, or HTML that stands for it. */
export interface RawText {
  readonly kind: "text" | "html";
  readonly value: string;
}

/** An author as the source names them. */
export interface DraftPerson {
  readonly name: string | undefined;
  readonly url: string | undefined;
}

/** A picture, its URL not yet resolved. */
export interface DraftImage {
  readonly url: string;
  readonly alt: string | undefined;
}

/** A file, its URL not yet resolved. Bytes and seconds. */
export interface DraftEnclosure {
  readonly url: string;
  readonly mediaType: string | undefined;
  readonly length: number | undefined;
  readonly title: string | undefined;
  readonly duration: number | undefined;
}
