import type { Call } from "../../resolver/contracts.ts";
import { nextTurn } from "../../resolver/turns.ts";
import { vocabularyOf } from "./vocabularies.ts";

/** An element of a feed. */
export interface XmlElement {
  /**
   * In lower case. Elements of the vocabularies that feeds use have its usual prefix, whatever the
   * document's own is (`dc:creator`, `atom:link`); RSS's own elements have none.
   */
  readonly name: string;
  /** By the names that the document gives them, in lower case (`xml:base`). */
  readonly attributes: Readonly<Record<string, string>>;
  /** Elements and the text between them, in order. */
  readonly content: readonly (XmlElement | string)[];
}

/** Text that is no usable XML document of the kind that was asked for. */
export class XmlError extends Error {
  override name = "XmlError";
  /** The first element's name as it is written, when that was the reason. */
  readonly root: string | undefined;

  constructor(message: string, root?: string) {
    super(message);
    this.root = root;
  }
}

/** Deeper than any feed, XHTML in Atom included. */
const MAX_DEPTH = 256;
/** Elements and attributes. Each takes some 200 bytes of memory. */
const MAX_NODES = 500_000;
/** UTF-16 units parsed at a stretch: some 10 ms. Other visitors get their turn between. */
const STRETCH = 256 * 1024;

/**
 * The document's elements. htmlparser2 reads it, as it does for the sanitizer, because it takes linear
 * time whatever it is given and can be interrupted. feedsmith, which knows feeds, takes hours for 8 MB of
 * `(` in an `author`; and a worker cannot be the remedy, since Deno 2.9.6 ends none that is busy.
 * Like all feed readers it is lenient inside the document, but the end has to be there.
 */
export async function parseXml(
  text: string,
  isRoot: (name: string) => boolean,
  call: Call,
): Promise<XmlElement> {
  const { Parser } = await import("htmlparser2");
  const builder = createBuilder(isRoot);
  const parser = new Parser(builder.handler, {
    xmlMode: true,
    lowerCaseTags: true,
    lowerCaseAttributeNames: true,
  });
  for (let at = 0; at < text.length; at += STRETCH) {
    await nextTurn(call);
    parser.write(text.slice(at, at + STRETCH));
  }
  // The parser is not told that this is the end: it would close what is open, and hide that it is.
  return builder.finish();
}

interface OpenElement extends XmlElement {
  readonly attributes: Record<string, string>;
  readonly content: (XmlElement | string)[];
}

function createBuilder(isRoot: (name: string) => boolean) {
  const open: { element: OpenElement; namespaces: Namespaces }[] = [];
  let nodes = 0;
  let root: XmlElement | null = null;
  let complete = false;

  return {
    handler: {
      onopentag(written: string, attributes: Record<string, string>): void {
        if (complete) return;
        const parent = open.at(-1);
        const namespaces = declared(attributes, parent?.namespaces ?? initial(written));
        const element: OpenElement = { name: nameOf(written, namespaces), attributes, content: [] };
        nodes += 1 + Object.keys(attributes).length;
        if (root === null && !isRoot(element.name)) throw new XmlError("no feed", written);
        if (open.length >= MAX_DEPTH) throw new XmlError("its elements are nested too deeply");
        if (nodes > MAX_NODES) throw new XmlError("it has too many elements");
        root ??= element;
        parent?.element.content.push(element);
        open.push({ element, namespaces });
      },
      ontext(text: string): void {
        open.at(-1)?.element.content.push(text);
      },
      onclosetag(): void {
        open.pop();
        if (open.length === 0) complete = true;
      },
    },
    finish(): XmlElement {
      if (root === null) throw new XmlError("it has no elements");
      if (!complete) throw new XmlError("it is cut off, its last tag is missing");
      return root;
    },
  };
}

/**
 * Vocabularies by prefix; the empty prefix is the default namespace. Those of outer elements are its
 * prototypes, so that an element costs what it declares and nothing for what is declared around it.
 */
type Namespaces = Readonly<Record<string, string>>;

/** Some Atom feeds forget to say that they are Atom. */
function initial(root: string): Namespaces {
  return Object.assign(Object.create(null), root === "feed" ? { "": "atom" } : {});
}

function declared(attributes: Record<string, string>, outer: Namespaces): Namespaces {
  const inner: [string, string][] = [];
  for (const [name, uri] of Object.entries(attributes)) {
    if (name !== "xmlns" && !name.startsWith("xmlns:")) continue;
    const vocabulary = vocabularyOf(uri);
    if (vocabulary !== undefined) inner.push([name.slice("xmlns:".length), vocabulary]);
  }
  return inner.length === 0
    ? outer
    : Object.assign(Object.create(outer), Object.fromEntries(inner));
}

/** A namespace that is not known, or not declared, counts as what its prefix says. */
function nameOf(written: string, namespaces: Namespaces): string {
  const colon = written.indexOf(":");
  const prefix = written.slice(0, Math.max(0, colon));
  const vocabulary = namespaces[prefix] ?? prefix;
  const local = written.slice(colon + 1);
  return vocabulary ? `${vocabulary}:${local}` : local;
}
