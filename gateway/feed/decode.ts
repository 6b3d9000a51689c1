/**
 * The text of a document in whatever encoding. What the document says of itself comes before what a
 * server said of it (RFC 7303 has it the other way round): the same bytes can come by a road that says
 * nothing, and must give the same text. Nothing said, and no UTF-8 either: windows-1252, as in browsers.
 */
export function decodeDocument(bytes: Uint8Array, mediaType: string): string {
  const label = byteOrderMark(bytes) ?? xmlEncoding(bytes);
  if (label !== null) return decodeAs(label, bytes);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return decodeAs(charsetOf(mediaType) ?? "windows-1252", bytes);
  }
}

/** An encoding that nobody knows is taken for UTF-8. */
function decodeAs(label: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder(label).decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** Also the two forms of UTF-16 without a mark that XML 1.0, appendix F, tells by the first `<?`. */
function byteOrderMark(bytes: Uint8Array): string | null {
  const start = bytes.subarray(0, 4).toHex();
  if (start.startsWith("efbbbf")) return "utf-8";
  if (start.startsWith("feff") || start === "003c003f") return "utf-16be";
  if (start.startsWith("fffe") || start === "3c003f00") return "utf-16le";
  return null;
}

/** As far as an XML declaration may reach; it comes first and is short. */
const DECLARATION_BYTES = 256;
const DECLARATION = /^\s*<\?xml\s[^>]*?\bencoding\s*=\s*["']([\w.:-]{1,40})["']/i;

function xmlEncoding(bytes: Uint8Array): string | null {
  const start = new TextDecoder("latin1").decode(bytes.subarray(0, DECLARATION_BYTES));
  const label = DECLARATION.exec(start)?.[1] ?? null;
  // A declaration that can be read byte by byte is not in UTF-16, whatever it says.
  return label !== null && /^(utf-16|ucs-2|iso-10646-ucs-2)/i.test(label) ? "utf-8" : label;
}

function charsetOf(mediaType: string): string | null {
  return /;\s*charset\s*=\s*"?([\w.:-]{1,40})"?/i.exec(mediaType)?.[1] ?? null;
}
