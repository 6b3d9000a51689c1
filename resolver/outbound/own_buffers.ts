/** Buffers that hold one piece of a response each, and are known to nobody but its reader. */
const own = new WeakSet<ArrayBuffer>();

/** For whoever got the piece in a buffer of its own, from the runtime. */
export function markOwn(piece: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  own.add(piece.buffer);
  return piece;
}

/**
 * Frees the memory of a piece whose bytes nobody reads any more, if it lies in a buffer of its own; its bytes are
 * gone then. The garbage collector would come by later, when 64 KiB for each piece of a film have filled
 * the memory: a film of 20 MB takes a fifth less of the processor, since the next piece lies where the last one lay.
 */
export function giveBack({ buffer }: Uint8Array): void {
  if (buffer instanceof ArrayBuffer && own.delete(buffer)) buffer.transfer(0);
}
