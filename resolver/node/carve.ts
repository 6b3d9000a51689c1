import { POINTER_MAX_BYTES } from "../../schemas/pointer.ts";

/** How every wire form begins and ends (pointer.md, "Wire form"); neither stands inside of one. */
const BEGINNING = new TextEncoder().encode('{"version":1,"address":"0x');
const END = new TextEncoder().encode('"}');

const PIECE_BYTES = 1024 * 1024;

/**
 * Whatever looks like a pointer's wire form in a file, be the file as broken as it likes. A pointer that
 * SQLite has cut in pieces (from some 2 KB on) is not found. Nothing of it is trusted.
 */
export async function* carve(path: string): AsyncGenerator<Uint8Array> {
  using file = await Deno.open(path);
  const buffer = new Uint8Array(PIECE_BYTES + POINTER_MAX_BYTES);
  let filled = 0;
  for (let ended = false; !ended;) {
    const read = await file.read(buffer.subarray(filled));
    ended = read === null;
    filled += read ?? 0;
    // What begins in the last few bytes may go on in the next piece.
    const complete = ended ? filled : Math.max(0, filled - POINTER_MAX_BYTES);
    if (!ended && complete === 0) continue;
    const piece = buffer.subarray(0, filled);
    let at = indexOf(piece, BEGINNING, 0);
    while (at >= 0 && at < complete) {
      const next = indexOf(piece, BEGINNING, at + BEGINNING.length);
      const most = Math.min(at + POINTER_MAX_BYTES, next < 0 ? filled : next);
      const end = indexOf(piece.subarray(0, most), END, at);
      if (end >= 0) yield piece.slice(at, end + END.length);
      at = next;
    }
    buffer.copyWithin(0, complete, filled);
    filled -= complete;
  }
}

function indexOf(bytes: Uint8Array, wanted: Uint8Array, from: number): number {
  const [first = 0] = wanted;
  for (let at = bytes.indexOf(first, from); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  return -1;
}
