import type { SourceFile } from "../../resolver/content/dag_builder.ts";

/** A file to publish that is only in memory. */
export function memoryFile(path: string, bytes: Uint8Array<ArrayBuffer>): SourceFile {
  const read = (start: number, end: number) => Promise.resolve(bytes.slice(start, end));
  return { path, size: bytes.byteLength, read };
}

/** Bytes that do not repeat from block to block, the same in every run. */
export function patterned(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  let state = seed;
  for (let at = 0; at < length; at++) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    bytes[at] = state >>> 24;
  }
  return bytes;
}
