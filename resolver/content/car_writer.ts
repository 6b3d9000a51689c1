import type { CID } from "multiformats/cid";
import { varint } from "multiformats";

/**
 * A CAR (CARv1 specification) with this root, piece by piece: its header, then each block behind its length
 * and its CID. @ipld/car's writer does not serve here: an error in the middle cannot reach its reader, who
 * would take a part for the whole.
 */
export async function* writeCar(
  root: CID,
  blocks: AsyncIterable<{ readonly cid: CID; readonly content: Uint8Array<ArrayBuffer> }>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  yield await header(root);
  for await (const { cid, content } of blocks) {
    const length = cid.bytes.length + content.length;
    const framing = new Uint8Array(varint.encodingLength(length) + cid.bytes.length);
    varint.encodeTo(length, framing);
    framing.set(cid.bytes, framing.length - cid.bytes.length);
    yield framing;
    yield content;
  }
}

async function header(root: CID): Promise<Uint8Array<ArrayBuffer>> {
  const { createWriter, headerLength } = await import("@ipld/car/buffer-writer");
  const roots = [root];
  const buffer = new ArrayBuffer(headerLength({ roots }));
  return new Uint8Array(buffer, 0, createWriter(buffer, { roots }).close().byteLength);
}
