import { xmlCharacters } from "../xml_characters.ts";

/**
 * A writer for the XML that the renderers make. What it writes is well-formed by construction, because
 * text enters only through escaping. feedsmith's generators were no choice here: they lose namespaces
 * that they do not know, pad CDATA with white space, and pass on characters that XML 1.0 forbids.
 */
export class Xml {
  constructor(readonly text: string) {}
}

/** What may stand in an element: markup as it is, text escaped, an absent value skipped. */
export type XmlContent = Xml | string | undefined | readonly XmlContent[];

/** In the order in which they are written; an absent value leaves its attribute out. */
export type XmlAttributes = Readonly<Record<string, string | undefined>>;

/** A carriage return is written as a reference: a parser would read a line feed otherwise (2.11). */
const TEXT_REFERENCES: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "\r": "&#13;",
};

/** White space is written as references: a parser would read plain spaces otherwise (3.3.3). */
const ATTRIBUTE_REFERENCES: Record<string, string> = {
  ...TEXT_REFERENCES,
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
};

/** Text as markup of XML, and as well of HTML. */
export function escapeText(text: string): string {
  return xmlCharacters(text).replace(/[&<>\r]/g, (found) => TEXT_REFERENCES[found] ?? found);
}

function escapeAttribute(text: string): string {
  return xmlCharacters(text)
    .replace(/[&<>"\t\n\r]/g, (found) => ATTRIBUTE_REFERENCES[found] ?? found);
}

function write(content: XmlContent): string {
  if (content === undefined) return "";
  if (content instanceof Xml) return content.text;
  return typeof content === "string" ? escapeText(content) : content.map(write).join("");
}

/** One element. Names are written as they are: they come from the renderers, never from a feed. */
export function element(
  name: string,
  attributes: XmlAttributes,
  ...content: readonly XmlContent[]
): Xml {
  const start = name + Object.entries(attributes)
    .map(([key, value]) => value === undefined ? "" : ` ${key}="${escapeAttribute(value)}"`)
    .join("");
  const inside = write(content);
  return new Xml(inside === "" ? `<${start}/>` : `<${start}>${inside}</${name}>`);
}

/** An element around a text, or nothing when there is no text. */
export function textElement(name: string, text: string | undefined): Xml | undefined {
  return text === undefined || text === "" ? undefined : element(name, {}, text);
}

/** A whole document in UTF-8. `prolog` stands between the XML declaration and the root. */
export function xmlDocument(root: Xml, prolog = ""): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(
    `<?xml version="1.0" encoding="UTF-8"?>\n${prolog}${root.text}\n`,
  );
}
