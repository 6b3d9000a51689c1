import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

/** A content coding (RFC 9110, section 8.4) in which representations are kept. */
export type ContentCoding = "br" | "gzip" | "identity";

/** Below a packet's size compressing saves nothing. */
const SMALLEST_COMPRESSED_BYTES = 1024;
/** Measured on 100 KB of RSS: 2.2 ms at quality 5, 100 ms at 11, for 4 % fewer bytes. */
const BROTLI_QUALITY = 5;
const ACCEPT_LIMIT = 1024;

/** The best coding that the client takes; at equal quality brotli before gzip. */
export function chooseCoding(acceptEncoding: string | null): ContentCoding {
  if (acceptEncoding === null || acceptEncoding.length > ACCEPT_LIMIT) return "identity";
  const qualities = new Map<string, number>();
  for (const part of acceptEncoding.toLowerCase().split(",")) {
    const [coding = "", parameter = ""] = part.split(";").map((text) => text.trim());
    const quality = parameter.startsWith("q=") ? Number(parameter.slice(2)) : 1;
    if (quality >= 0 && quality <= 1) qualities.set(coding, quality);
  }
  const quality = (coding: string) => qualities.get(coding) ?? qualities.get("*") ?? 0;
  if (quality("br") > 0 && quality("br") >= quality("gzip")) return "br";
  return quality("gzip") > 0 ? "gzip" : "identity";
}

/** Null when the bytes are better sent as they are. */
export async function compress(
  bytes: Uint8Array<ArrayBuffer>,
  coding: Exclude<ContentCoding, "identity">,
): Promise<Uint8Array<ArrayBuffer> | null> {
  if (bytes.byteLength < SMALLEST_COMPRESSED_BYTES) return null;
  const compressed = coding === "br"
    ? await promisify(brotliCompress)(bytes, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [constants.BROTLI_PARAM_SIZE_HINT]: bytes.byteLength,
      },
    })
    : await promisify(gzip)(bytes);
  return compressed.byteLength < bytes.byteLength ? new Uint8Array(compressed) : null;
}
