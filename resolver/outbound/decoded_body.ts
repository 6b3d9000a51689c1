import type { Readable } from "node:stream";

type Chunks = AsyncIterable<Uint8Array<ArrayBuffer>>;

/**
 * Undoes a response's content coding (RFC 9110, section 8.4.1) piece by piece, so that a
 * decompression bomb is met by whoever counts the pieces: they have at most 16 KiB here.
 * DecompressionStream would turn one chunk of the bomb into one piece of 1 GB.
 * Null for a coding that nobody asked for.
 */
export async function decodedBody(body: Readable, coding: string): Promise<Chunks | null> {
  if (coding === "" || coding === "identity") return chunksOf(body);
  const [{ pipeline }, zlib] = await Promise.all([import("node:stream"), import("node:zlib")]);
  const decoder = decoderFor(coding, zlib);
  if (decoder === null) return null;
  // Errors reach the reader through the decoder; the callback only keeps them from being unhandled.
  return chunksOf(pipeline(body, decoder, () => {}));
}

function decoderFor(coding: string, zlib: typeof import("node:zlib")) {
  switch (coding) {
    case "gzip":
    case "x-gzip":
      return zlib.createGunzip();
    case "deflate":
      return zlib.createInflate();
    case "br":
      return zlib.createBrotliDecompress();
    default:
      return null;
  }
}

async function* chunksOf(body: Readable): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for await (const chunk of body) {
    yield new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.byteLength);
  }
}
