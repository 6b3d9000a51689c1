import type { FeedDocument } from "../../resolver/content/content.ts";
import { contentLimits } from "../../resolver/content/limits.ts";
import type { Call } from "../../resolver/contracts.ts";
import { ContentWrongError } from "../../resolver/errors.ts";
import type { Feed } from "../../schemas/feed.ts";
import { completeFeed } from "./complete.ts";
import { decodeDocument } from "./decode.ts";
import { describeContent } from "./describe_content.ts";
import type { DraftFeed } from "./draft.ts";
import { draftFromAtom } from "./from_atom.ts";
import { draftFromJson } from "./from_json.ts";
import { draftFromRss } from "./from_rss.ts";
import { parseXml, type XmlElement, XmlError } from "./xml_tree.ts";

/**
 * The step from a document to its feed. The same document gives the same feed, whoever reads it and
 * whichever road it came by. Throws ContentWrongError, which says what the content is instead of a
 * feed, and ContentUnreachableError when the folder that it links into cannot be read now.
 */
export type ReadFeed = (document: FeedDocument, call: Call) => Promise<Feed>;

const MEBIBYTE = 2 ** 20;

/** Parses, cleans and sanitises; takes turns with everything else on the event loop. */
export const readFeed: ReadFeed = async ({ bytes, mediaType, folder }, call) => {
  if (bytes.byteLength > contentLimits.feedBytes) {
    const size = `${Math.ceil(bytes.byteLength / MEBIBYTE)} MiB`;
    const limit = `${contentLimits.feedBytes / MEBIBYTE} MiB`;
    const message = `The feed is too large: ${size}, and ${limit} is the limit.`;
    throw new ContentWrongError(message, { remedy: "Its publisher can leave old posts out." });
  }
  const text = decodeDocument(bytes, mediaType);
  const isXml = text.trimStart().startsWith("<");
  const { draft, root } = isXml ? await readXml(text, call) : readJson(text);
  if (draft === undefined) {
    throw wrong(`The content is ${await describeContent(bytes, text, root)}, not a feed.`);
  }
  return await completeFeed(draft, folder, call);
};

interface Reading {
  readonly draft?: DraftFeed | undefined;
  /** The name of the first element, when that is why there is no draft. */
  readonly root?: string | undefined;
}

const XML_FORMATS: Record<string, (root: XmlElement) => DraftFeed | undefined> = {
  rss: draftFromRss,
  "rdf:rdf": draftFromRss,
  "atom:feed": draftFromAtom,
};

/** Only in a document type declaration, which stands before the first element. */
const ENTITY = /<!ENTITY/i;

async function readXml(text: string, call: Call): Promise<Reading> {
  if (ENTITY.test(text.slice(0, text.search(/<[a-z]/i)))) {
    throw wrong("The content is no feed: it declares entities, which no feed needs.");
  }
  try {
    const root = await parseXml(text, (name) => Object.hasOwn(XML_FORMATS, name), call);
    const draft = XML_FORMATS[root.name]?.(root);
    if (draft === undefined) throw wrong("The feed is damaged: it has no channel.");
    return { draft };
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    if (error.root !== undefined) return { root: error.root };
    throw wrong(`The feed is damaged: ${error.message}.`, error);
  }
}

function readJson(text: string): Reading {
  try {
    return { draft: draftFromJson(JSON.parse(text)) };
  } catch {
    return {};
  }
}

function wrong(message: string, cause?: unknown): ContentWrongError {
  return new ContentWrongError(message, {
    remedy: "Its publisher has to publish an RSS, Atom or JSON Feed document instead.",
    cause,
  });
}
