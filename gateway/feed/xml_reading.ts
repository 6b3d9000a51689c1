import { escapeHtml } from "../escape_html.ts";
import type { RawText } from "./draft.ts";
import type { XmlElement } from "./xml_tree.ts";

/** How the readers of XML formats look into elements. Absent and empty are the same everywhere. */
export function children(element: XmlElement | undefined, name: string): XmlElement[] {
  const elements: XmlElement[] = [];
  for (const node of element?.content ?? []) {
    if (typeof node !== "string" && node.name === name) elements.push(node);
  }
  return elements;
}

/** The first element at the path of names. */
export function child(element: XmlElement | undefined, ...path: string[]): XmlElement | undefined {
  return path.reduce<XmlElement | undefined>((at, name) => children(at, name)[0], element);
}

/** Without the white space around it. */
export function attribute(element: XmlElement | undefined, name: string): string | undefined {
  return element?.attributes[name]?.trim() || undefined;
}

/** The text that stands directly in an element. */
export function textIn(element: XmlElement | undefined): string | undefined {
  return element?.content.filter((node) => typeof node === "string").join("").trim() || undefined;
}

/** Of children with the same name, all that have text. */
export function texts(element: XmlElement | undefined, name: string): string[] {
  return children(element, name).flatMap((found) => textIn(found) ?? []);
}

/** HTML as text, which is the rule, or as elements, which happens. */
export function htmlIn(element: XmlElement | undefined): RawText | undefined {
  const hasElements = element?.content.some((node) => typeof node !== "string");
  const value = element && hasElements ? markupOf(element).trim() : textIn(element);
  return value ? { kind: "html", value } : undefined;
}

/** What is inside of an element, as HTML. */
export function markupOf(element: XmlElement): string {
  const parts: string[] = [];
  writeContent(element, parts);
  return parts.join("");
}

/** HTML, "Void elements". */
const VOID = new Set("area base br col embed hr img input link meta source track wbr".split(" "));

function writeContent({ content }: XmlElement, parts: string[]): void {
  for (const node of content) {
    if (typeof node === "string") parts.push(escapeHtml(node));
    else writeElement(node, parts);
  }
}

function writeElement(element: XmlElement, parts: string[]): void {
  const name = element.name.slice(element.name.indexOf(":") + 1);
  const attributes = Object.entries(element.attributes)
    .map(([key, value]) => ` ${key}="${escapeHtml(value)}"`).join("");
  parts.push(`<${name}${attributes}>`);
  writeContent(element, parts);
  // What stands in a void element was meant to stand behind it: `<br>` without its end in XML.
  if (!VOID.has(name)) parts.push(`</${name}>`);
}

/** The value of `xml:base`, which holds for everything in an element. */
export function basesOf(element: XmlElement | undefined): string[] {
  const base = attribute(element, "xml:base");
  return base === undefined ? [] : [base];
}

/** A number of bytes. Feeds write 0 for one that they do not know. */
export function sizeIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) || undefined : undefined;
}
