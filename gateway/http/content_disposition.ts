/** File systems end at 255 bytes. */
const MAX_CHARACTERS = 200;

/**
 * The header's value (RFC 6266) for a file name that a stranger chose: in ASCII for everybody, and as
 * it is (RFC 8187) for whoever reads that.
 */
export function contentDisposition(kind: "inline" | "attachment", fileName: string): string {
  const name = fileName.toWellFormed().slice(0, MAX_CHARACTERS).toWellFormed();
  const ascii = name.replace(/[^\x20-\x7e]|["\\%]/g, "_");
  if (ascii === name) return `${kind}; filename="${ascii}"`;
  const encoded = encodeURIComponent(name).replace(/['()*]/g, percentEncode);
  return `${kind}; filename="${ascii}"; filename*=UTF-8''${encoded}`;
}

function percentEncode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
