import { CID } from "multiformats/cid";
import { OurSpaceError } from "../../schemas/errors.ts";
import type { SourceBlock } from "../contracts.ts";
import { giveBack } from "../outbound/own_buffers.ts";
import { createPauses } from "../turns.ts";
import { contentLimits } from "./limits.ts";

/** The media type of a CAR file (IANA registry). */
export const CAR_TYPE = "application/vnd.ipld.car";

/** A CAR stream that breaks its format, or names a root that nobody has. */
export class MalformedCarError extends OurSpaceError {
  override name = "MalformedCarError";
}

/** A CAR whose header has been read. */
export interface CarStream {
  /** What the header names. Nothing says that their blocks come, or that the others belong to them. */
  readonly roots: readonly CID[];
  /** Not hashed. Must be read, or left before the first is read; throws MalformedCarError. */
  readonly blocks: AsyncIterable<SourceBlock>;
  /** Ends the source of a CAR whose blocks nobody reads. */
  leave(): Promise<void>;
}

/** As the library gives it. */
interface CarBlock {
  readonly cid: { readonly bytes: Uint8Array };
  readonly bytes: Uint8Array;
}

/** Room for a block's length and CID, or for the header, beside a block. */
const FRAMING_BYTES = 64 * 1024;

/**
 * Blocks that are read at a stretch: some 10 ms, with what a reader does with tiny ones. Without turns for others a
 * CAR of 40,000 of them held everybody up for 0.6 s, eight at the same time for 2.9 s.
 */
const STRETCH = 128;

/** What the library has taken and not yet made a block of. */
interface Window {
  /** Bytes. */
  unread: number;
  /** False while the header is read. */
  isInBlocks: boolean;
  /** Pieces that were taken whole: the library copies what it has before it gives a block. */
  readonly copied: Uint8Array[];
}

/**
 * Reads a CAR (version 1 or 2) block by block; at most one block is in memory beside what the source
 * gives at a time. Throws MalformedCarError for what is none, and what the source throws.
 */
export async function readCar(pieces: AsyncIterable<Uint8Array>): Promise<CarStream> {
  const { CarBlockIterator } = await import("@ipld/car/iterator");
  const window: Window = { unread: 0, isInBlocks: false, copied: [] };
  const source = bounded(pieces, window);

  async function* blocks(car: AsyncIterable<CarBlock>): AsyncGenerator<SourceBlock> {
    const pause = createPauses(STRETCH);
    try {
      for await (const { cid, bytes } of car) {
        window.unread = 0;
        for (const piece of window.copied.splice(0)) giveBack(piece);
        await pause();
        // The library's CIDs may come from another copy of multiformats.
        yield { cid: CID.decode(cid.bytes), bytes: alone(bytes) };
      }
    } catch (cause) {
      throw asMalformed(cause);
    } finally {
      // The library leaves its source open when it meets an error.
      await source.return();
    }
  }

  try {
    const car = await CarBlockIterator.fromIterable(source);
    const roots = await car.getRoots();
    window.isInBlocks = true;
    return {
      roots: roots.map((root) => CID.decode(root.bytes)),
      blocks: blocks(car),
      leave: async () => void await source.return(),
    };
  } catch (cause) {
    await source.return();
    throw asMalformed(cause);
  }
}

/** The library's bytes share a buffer with what came before: a small block would hold a large one. */
function alone(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, length } = bytes;
  const isAlone = buffer instanceof ArrayBuffer && length > buffer.byteLength / 2;
  return isAlone ? new Uint8Array(buffer, byteOffset, length) : Uint8Array.from(bytes);
}

/** What the source or a limit says is left as it is: the library throws plain errors. */
function asMalformed(cause: unknown): unknown {
  if (cause instanceof OurSpaceError || cause instanceof DOMException) return cause;
  return new MalformedCarError("The stream is no CAR, or ends early.", { cause });
}

/**
 * The library believes the length that a block or the header declares, and would gather gigabytes for it: no
 * more than a block and its framing may be read until the next block is complete, and of the header less. One
 * of 2 MiB names 50,000 roots, which held everybody up for 0.9 s.
 */
async function* bounded(
  pieces: AsyncIterable<Uint8Array>,
  window: Window,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const piece of pieces) {
    for (let start = 0; start < piece.length; start += FRAMING_BYTES) {
      const part = piece.subarray(start, start + FRAMING_BYTES);
      window.unread += part.length;
      const most = window.isInBlocks ? contentLimits.blockBytes + FRAMING_BYTES : FRAMING_BYTES;
      if (window.unread > most + FRAMING_BYTES) {
        throw new MalformedCarError(
          window.isInBlocks
            ? `The CAR holds a block of more than ${contentLimits.blockBytes} bytes.`
            : "The CAR's header is too long.",
        );
      }
      yield part;
    }
    window.copied.push(piece);
  }
}
