import type { Call } from "../../resolver/contracts.ts";
import { MalformedNameError, OurSpaceError } from "../../schemas/errors.ts";
import { type Name, parseName } from "../../schemas/name.ts";
import { quote } from "../../schemas/quote.ts";
import { parseXml, type XmlElement, XmlError } from "../feed/xml_tree.ts";
import { isAddressPart } from "../typed_name.ts";

/** Characters: thousands of subscriptions, with all that readers note beside them. */
export const OPML_MAX_LENGTH = 4 * 1024 * 1024;

/** Outlines, folders included. */
const MAX_OUTLINES = 5_000;

/** The files of a feed under its name, at every gateway. */
const FEED_FILES = new Set(["feed.xml", "atom.xml", "feed.json", "page.xml"]);

/** What a list of subscriptions holds. */
export interface OpmlList {
  /** Each once. */
  readonly names: readonly Name[];
  /** What it has beside them, e.g. feeds of the ordinary web. */
  readonly skipped: readonly { readonly title: string; readonly reason: string }[];
}

/**
 * The names in a list of subscriptions, of this program or of any reader that is subscribed to feeds at
 * some gateway, however the list is divided into folders. Throws OurSpaceError when it is no such list.
 */
export async function readOpml(text: string, call: Call): Promise<OpmlList> {
  if (text.length > OPML_MAX_LENGTH) {
    throw noOpml(`it is longer than ${OPML_MAX_LENGTH} characters`);
  }
  const names = new Map<string, Name>();
  const skipped: { title: string; reason: string }[] = [];
  let outlines = 0;

  function visit({ name, attributes, content }: XmlElement): void {
    if (name === "outline") {
      outlines += 1;
      if (outlines > MAX_OUTLINES) throw noOpml(`it has more than ${MAX_OUTLINES} entries`);
      read(attributes);
    }
    for (const part of content) if (typeof part !== "string") visit(part);
  }

  function read(attributes: XmlElement["attributes"]): void {
    const { xmlurl = "", text = "", title = text } = attributes;
    const written = attributes["ourspace:name"] ?? nameIn(xmlurl);
    // A folder.
    if (written === null && xmlurl === "") return;
    try {
      if (written === null) throw new MalformedNameError("It is no feed of a wallet.");
      const name = parseName(written);
      names.set(name.text, name);
    } catch (error) {
      if (!(error instanceof MalformedNameError)) throw error;
      skipped.push({ title: quote(title || xmlurl), reason: error.message });
    }
  }

  try {
    visit(await parseXml(text, (root) => root === "opml", call));
  } catch (error) {
    if (error instanceof XmlError) throw noOpml(error.root === undefined ? error.message : "");
    throw error;
  }
  return { names: [...names.values()], skipped };
}

/** The name in the address of a feed at some gateway (`…/<name>/feed.xml`, or `…/0x…`), or null. */
function nameIn(address: string): string | null {
  const url = URL.parse(address);
  if (url === null || !/^https?:$/.test(url.protocol)) return null;
  const parts = url.pathname.split("/").filter((part) => part !== "");
  const isFile = FEED_FILES.has(parts.at(-1) ?? "");
  const part = parts.at(isFile ? -2 : -1);
  if (part === undefined) return null;
  // Of the ordinary web, too, but for the address of a wallet.
  if (!isAddressPart(part) && (!isFile || parts.length !== 2)) return null;
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}

function noOpml(reason: string): OurSpaceError {
  return new OurSpaceError(`This is no list of subscriptions${reason && `: ${reason}`}.`, {
    remedy: "It must be OPML, as feed readers export it.",
  });
}
