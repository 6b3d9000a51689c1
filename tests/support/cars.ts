import { CarWriter } from "@ipld/car/writer";
import { CID } from "multiformats/cid";
import type { SourceBlock } from "../../resolver/contracts.ts";
import type { Blocks } from "./blocks.ts";

/** A CAR with these roots and blocks, in this order, by the library's own writer. */
export async function carOf(
  roots: readonly CID[],
  blocks: Blocks | readonly SourceBlock[],
): Promise<Uint8Array<ArrayBuffer>> {
  const { writer, out } = CarWriter.create([...roots]);
  const pieces = Array.fromAsync(out);
  const list = blocks instanceof Map ? sourceBlocks(blocks) : blocks;
  for (const block of list) await writer.put(block);
  await writer.close();
  return await new Blob(await pieces as Uint8Array<ArrayBuffer>[]).bytes();
}

/** The blocks in the order in which they were made. */
export function sourceBlocks(blocks: Blocks): SourceBlock[] {
  return [...blocks].map(([cid, bytes]) => ({ cid: CID.parse(cid), bytes }));
}

/** The bytes in pieces of so many. */
export async function* inPieces(
  bytes: Uint8Array<ArrayBuffer>,
  size: number,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let start = 0; start < bytes.length; start += size) {
    yield await Promise.resolve(bytes.subarray(start, start + size));
  }
}
