import {
  type DraftEnclosure,
  type DraftFeed,
  type DraftImage,
  type DraftItem,
  type DraftPerson,
  MAX_DRAFT_ITEMS,
  type RawText,
} from "./draft.ts";

type JsonObject = Readonly<Record<string, unknown>>;

/** JSON Feed 1.0 and 1.1 (jsonfeed.org). Its texts are text. Nothing when it is other JSON. */
export function draftFromJson(json: unknown): DraftFeed | undefined {
  if (!isObject(json) || !isVersion(json["version"])) return undefined;
  return {
    title: text(json, "title"),
    description: text(json, "description"),
    language: string(json, "language"),
    link: string(json, "home_page_url"),
    bases: [],
    image: imageOf(string(json, "icon") ?? string(json, "favicon")),
    authors: authorsOf(json),
    copyright: undefined,
    updated: undefined,
    items: objects(json, "items").slice(0, MAX_DRAFT_ITEMS).map(itemFromJson),
  };
}

function isVersion(version: unknown): boolean {
  return typeof version === "string" &&
    /^https?:\/\/(?:www\.)?jsonfeed\.org\/version\//.test(version);
}

function itemFromJson(item: JsonObject): DraftItem {
  const html = string(item, "content_html");
  const content: RawText | undefined = html === undefined
    ? text(item, "content_text")
    : { kind: "html", value: html };
  const summary = text(item, "summary");
  return {
    guid: string(item, "id"),
    title: text(item, "title"),
    link: string(item, "url") ?? string(item, "external_url"),
    language: string(item, "language"),
    summary: content && summary,
    content: content ?? summary,
    bases: [],
    contentBases: [],
    published: string(item, "date_published"),
    updated: string(item, "date_modified"),
    authors: authorsOf(item),
    categories: array(item, "tags").filter((tag) => typeof tag === "string"),
    enclosures: objects(item, "attachments").flatMap(enclosureOf),
    image: imageOf(string(item, "image") ?? string(item, "banner_image")),
  };
}

function enclosureOf(attachment: JsonObject): DraftEnclosure[] {
  const url = string(attachment, "url");
  return url === undefined ? [] : [{
    url,
    mediaType: string(attachment, "mime_type"),
    length: number(attachment, "size_in_bytes"),
    title: string(attachment, "title"),
    duration: number(attachment, "duration_in_seconds"),
  }];
}

/** Version 1.0 had one `author`. */
function authorsOf(object: JsonObject): DraftPerson[] {
  const author = object["author"];
  const authors = objects(object, "authors");
  return (authors.length === 0 && isObject(author) ? [author] : authors)
    .map((person) => ({ name: string(person, "name"), url: string(person, "url") }));
}

function imageOf(url: string | undefined): DraftImage | undefined {
  return url === undefined ? undefined : { url, alt: undefined };
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Numbers too: many feeds have them as `id`. */
function string(object: JsonObject, key: string): string | undefined {
  const value = object[key];
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value.trim() || undefined : undefined;
}

function text(object: JsonObject, key: string): RawText | undefined {
  const value = string(object, key);
  return value === undefined ? undefined : { kind: "text", value };
}

function number(object: JsonObject, key: string): number | undefined {
  const value = object[key];
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function array(object: JsonObject, key: string): unknown[] {
  const value = object[key];
  return Array.isArray(value) ? value : [];
}

function objects(object: JsonObject, key: string): JsonObject[] {
  return array(object, key).filter(isObject);
}
