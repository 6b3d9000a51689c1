/** File systems end at 255 bytes. */
const MAX_CHARACTERS = 200;

/**
 * What changes how the rest of a name looks: control characters, and those that turn the direction of
 * writing, by which `exe.gpj` is read as a picture (Unicode UAX #9). Others of their kind, as in emoji
 * that are joined, are a name's own.
 */
const MISLEADING = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu;

/**
 * The header's value (RFC 6266) for a file name that a stranger chose: in ASCII for everybody, and as
 * it is (RFC 8187) for whoever reads that.
 */
export function contentDisposition(kind: "inline" | "attachment", fileName: string): string {
  const name = fileName.toWellFormed().slice(0, MAX_CHARACTERS).toWellFormed()
    .replace(MISLEADING, "_");
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  if (ascii === name) return `${kind}; filename="${ascii}"`;
  const encoded = encodeURIComponent(name).replace(/['()*]/g, percentEncode);
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
