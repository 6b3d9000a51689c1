import { CID } from "multiformats/cid";
import { OurSpaceError } from "../../schemas/errors.ts";
import { contentLimits } from "../content/limits.ts";
import type { PinningBlockStore } from "./node.ts";

/** A CAR stream that breaks its format, or names a root that nobody has. */
export class MalformedCarError extends OurSpaceError {
  override name = "MalformedCarError";
}

/** What was taken in. */
export interface CarImport {
  readonly roots: readonly string[];
  readonly blocks: number;
  /** Of the blocks, without the CAR's own framing. */
  readonly bytes: number;
}

interface Block {
  readonly cid: CID;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Room for a block's length and CID, or for the header, beside a block. */
const FRAMING_BYTES = 64 * 1024;

/** Synced writes of 200 KB took 1.8 ms one after the other, 0.8 ms each when many ran at once. */
const WRITES_AT_ONCE = 8;

type Store = Pick<PinningBlockStore, "has" | "put">;

/**
 * Puts every block of a CAR (version 1 or 2) into the store, hashed; `root` names the content that they
 * are pinned as. Blocks that came before an error stay. Throws MalformedCarError, NoRoomError, and
 * ContentWrongError when a block does not have its CID's hash.
 */
export async function importCar(
  pieces: AsyncIterable<Uint8Array>,
  store: Store,
  root?: CID,
): Promise<CarImport> {
  const { CarBlockIterator } = await import("@ipld/car/iterator");
  const window = { unread: 0 };
  const source = bounded(pieces, window);
  let blocks = 0;
  let bytes = 0;
  try {
    const car = await CarBlockIterator.fromIterable(source);
    let batch: Block[] = [];
    for await (const block of car) {
      window.unread = 0;
      blocks += 1;
      bytes += block.bytes.length;
      // The library's CIDs may come from another copy of multiformats; its bytes share a buffer.
      batch.push({ cid: CID.decode(block.cid.bytes), bytes: block.bytes.slice() });
      if (batch.length < WRITES_AT_ONCE) continue;
      await putAll(batch, store, root);
      batch = [];
    }
    await putAll(batch, store, root);
    const roots = (await car.getRoots()).map((root) => CID.decode(root.bytes));
    for (const held of roots) await checkHeld(held, store);
    return { roots: roots.map(String), blocks, bytes };
  } catch (cause) {
    if (cause instanceof OurSpaceError) throw cause;
    throw new MalformedCarError("The stream is no CAR, or ends early.", { cause });
  } finally {
    // The library leaves its source open when it meets an error.
    await source.return();
  }
}

async function putAll(batch: readonly Block[], store: Store, root?: CID): Promise<void> {
  await Promise.all(batch.map(({ cid, bytes }) => store.put(cid, bytes, root)));
}

/**
 * The library believes the length that a block declares, and would gather gigabytes for it: no more
 * than a block and its framing may be read until the next block is complete.
 */
async function* bounded(
  pieces: AsyncIterable<Uint8Array>,
  window: { unread: number },
): AsyncGenerator<Uint8Array, void, void> {
  const most = contentLimits.blockBytes + FRAMING_BYTES;
  for await (const piece of pieces) {
    for (let start = 0; start < piece.length; start += FRAMING_BYTES) {
      const part = piece.subarray(start, start + FRAMING_BYTES);
      window.unread += part.length;
      if (window.unread > most + FRAMING_BYTES) {
        throw new MalformedCarError(
          `The CAR holds a block of more than ${contentLimits.blockBytes} bytes.`,
        );
      }
      yield part;
    }
  }
}

async function checkHeld(root: CID, store: Store): Promise<void> {
  if (await store.has(root)) return;
  throw new MalformedCarError(`The CAR names the root ${root}, but does not hold its block.`);
}
