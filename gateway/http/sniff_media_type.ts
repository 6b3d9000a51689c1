/** What a file is, and whether a browser may show it in this gateway's origin. */
export interface SniffedType {
  readonly type: string;
  /** False: it is offered for download. */
  readonly shown: boolean;
}

/** How much of a file's beginning is enough to tell its type, bytes. */
export const HEAD_BYTES = 4_096;

/**
 * The type that a file's beginning shows; names and claims of strangers decide nothing. Shown are
 * pictures, audio, video and plain text, which cannot act. Everything else is a download, and markup
 * (HTML, SVG, XML) a download without a type.
 *
 * file-type does not serve here: it inflates what strangers compressed, and needs permission to read
 * the whole environment.
 */
export function sniffMediaType(head: Uint8Array): SniffedType {
  const signature = SIGNATURES.find(({ matches }) => matches(head));
  if (signature !== undefined) {
    return { type: signature.type, shown: /^(?:image|audio|video)\//.test(signature.type) };
  }
  return isPlainText(head)
    ? { type: "text/plain; charset=utf-8", shown: true }
    : { type: "application/octet-stream", shown: false };
}

interface Signature {
  readonly type: string;
  matches(head: Uint8Array): boolean;
}

/** WHATWG MIME Sniffing, section 6, and the formats' own specifications. The first match counts. */
const SIGNATURES: readonly Signature[] = [
  signature("image/jpeg", [0, "\xff\xd8\xff"]),
  signature("image/png", [0, "\x89PNG\r\n\x1a\n"]),
  signature("image/gif", [0, "GIF87a"]),
  signature("image/gif", [0, "GIF89a"]),
  signature("image/webp", [0, "RIFF"], [8, "WEBPVP"]),
  signature("image/avif", [4, "ftypavif"]),
  signature("image/avif", [4, "ftypavis"]),
  signature("image/heic", [4, "ftyphei"]),
  signature("image/heif", [4, "ftypmif1"]),
  signature("image/jxl", [0, "\xff\x0a"]),
  signature("image/jxl", [0, "\0\0\0\x0cJXL \r\n\x87\n"]),
  // Two letters alone could begin a text: the reserved bytes after the size are zero.
  signature("image/bmp", [0, "BM"], [6, "\0\0\0\0"]),
  signature("image/x-icon", [0, "\0\0\x01\0"]),
  signature("audio/mp4", [4, "ftypM4A"]),
  signature("audio/mp4", [4, "ftypM4B"]),
  signature("video/quicktime", [4, "ftypqt"]),
  signature("video/mp4", [4, "ftyp"]),
  // The tag's version is 2, 3 or 4 and its revision 0: no text has such bytes.
  signature("audio/mpeg", [0, "ID3\x02\0"]),
  signature("audio/mpeg", [0, "ID3\x03\0"]),
  signature("audio/mpeg", [0, "ID3\x04\0"]),
  { type: "audio/mpeg", matches: isMp3Frame },
  signature("audio/aac", [0, "\xff\xf1"]),
  signature("audio/aac", [0, "\xff\xf9"]),
  signature("audio/flac", [0, "fLaC"]),
  signature("audio/wav", [0, "RIFF"], [8, "WAVE"]),
  // The first packet of an Ogg stream begins at byte 28 and names the codec.
  signature("audio/ogg", [0, "OggS"], [28, "OpusHead"]),
  signature("audio/ogg", [0, "OggS"], [28, "\x01vorbis"]),
  signature("audio/ogg", [0, "OggS"], [28, "\x7fFLAC"]),
  signature("video/ogg", [0, "OggS"]),
  { type: "video/webm", matches: (head) => isMatroska(head, "webm") },
  { type: "video/matroska", matches: (head) => isMatroska(head, "matroska") },
  signature("application/pdf", [0, "%PDF-"]),
  signature("application/epub+zip", [0, "PK\x03\x04"], [30, "mimetypeapplication/epub+zip"]),
  signature("application/zip", [0, "PK\x03\x04"]),
  signature("application/gzip", [0, "\x1f\x8b"]),
];

function signature(type: string, ...marks: readonly [offset: number, bytes: string][]): Signature {
  return {
    type,
    matches: (head) =>
      marks.every(([offset, bytes]) => latin1(head, offset, offset + bytes.length) === bytes),
  };
}

/** A frame of MPEG layer III without a tag before it, with a bit rate and a sample rate that exist. */
function isMp3Frame([sync = 0, version = 0, rates = 0]: Uint8Array): boolean {
  const isLayer3 = [0xe2, 0xe3, 0xf2, 0xf3, 0xfa, 0xfb].includes(version);
  const bitRate = rates >> 4;
  const sampleRate = (rates >> 2) & 3;
  return sync === 0xff && isLayer3 && bitRate !== 0 && bitRate !== 15 && sampleRate !== 3;
}

/** The document type stands in the EBML header, among elements in any order. */
function isMatroska(head: Uint8Array, documentType: string): boolean {
  return latin1(head, 0, 4) === "\x1aE\xdf\xa3" && latin1(head, 4, 64).includes(documentType);
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return String.fromCharCode(...bytes.subarray(start, end));
}

/** UTF-8 that begins with no markup and has none of the control characters that no text has. */
function isPlainText(head: Uint8Array): boolean {
  const WHITE_SPACE = [0x09, 0x0a, 0x0c, 0x0d];
  if (!head.every((byte) => byte >= 0x20 && byte !== 0x7f || WHITE_SPACE.includes(byte))) {
    return false;
  }
  try {
    // The head may end within a character.
    const text = new TextDecoder("utf-8", { fatal: true }).decode(head, { stream: true });
    return text.trim() !== "" && !text.trimStart().startsWith("<");
  } catch {
    return false;
  }
}
