/** Namespaces that feeds use, without scheme and slash at the end, and the prefix that stands for each. */
const VOCABULARIES: Record<string, string> = {
  "backend.userland.com/rss2": "",
  "channel.netscape.com/rdf/simple/0.9": "",
  "my.netscape.com/rdf/simple/0.9": "",
  "purl.org/atom/ns#": "atom",
  "purl.org/dc/elements/1.1": "dc",
  "purl.org/rss/1.0": "",
  "purl.org/rss/1.0/modules/content": "content",
  "search.yahoo.com/mrss": "media",
  "www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
  "www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
  "www.w3.org/1999/xhtml": "xhtml",
  "www.w3.org/2005/atom": "atom",
};

/** The usual prefix of a namespace, empty for RSS; nothing when it is none that feeds use. */
export function vocabularyOf(uri: string): string | undefined {
  const key = uri.trim().toLowerCase().replace(/^https?:\/\//, "").replace(/\/$/, "");
  return Object.hasOwn(VOCABULARIES, key) ? VOCABULARIES[key] : undefined;
}
