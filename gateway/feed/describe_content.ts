import { plainWords } from "../../resolver/plain_words.ts";

/**
 * What content is that is no feed, for people: `an HTML page`, `a PNG file (image/png)`. `root` is its
 * first element's name, when it has one. The library that knows file formats is loaded only here.
 */
export async function describeContent(
  bytes: Uint8Array,
  text: string,
  root: string | undefined,
): Promise<string> {
  if (text.trim() === "") return "empty";
  if (/^\s*<!DOCTYPE\s+html/i.test(text)) return "an HTML page";
  if (root !== undefined) {
    return ROOTS[root] ?? `an XML document of <${plainWords(root).slice(0, 60)}>`;
  }
  const { fileTypeFromBuffer } = await import("file-type");
  const type = await fileTypeFromBuffer(bytes.subarray(0, SAMPLE)).catch(() => undefined);
  if (type !== undefined && type.ext !== "xml") {
    return `a ${type.ext.toUpperCase()} file (${type.mime})`;
  }
  const sample = text.slice(0, SAMPLE);
  if (/[\0\uFFFD]/.test(sample)) return "binary data";
  if (/^\s*[[{]/.test(sample)) return "JSON of another kind";
  return sample.includes("<") ? "a document in some markup" : "plain text";
}

/** Enough for the signatures of all formats. */
const SAMPLE = 4_096;

const ROOTS: Record<string, string> = {
  body: "an HTML page",
  head: "an HTML page",
  html: "an HTML page",
  opml: "a list of subscriptions (OPML)",
  svg: "a picture (SVG)",
  urlset: "a sitemap",
};
