import type { CID } from "multiformats/cid";
import type { Blocks } from "./blocks.ts";
import { isHashed } from "./cid.ts";
import type { VerifiedContent } from "./content.ts";

/** Where the blocks of content go that is kept. */
export interface Keeping {
  /** Bytes that all of it may take. */
  readonly maxBytes: number;
  /** What a block of so many bytes takes. */
  takes(length: number): number;
  /** What a block takes that is here already, or null. */
  held(cid: CID): number | null;
  /** Keeps a block that is here. False: it has just gone. */
  pin(cid: CID): Promise<boolean>;
  /** Keeps a block; resolves when it cannot be lost any more. */
  keep(cid: CID, block: VerifiedContent): Promise<void>;
  /** Told of each block, whether it was kept before or is now. */
  onKept?(figures: Figures): void;
}

/** What is kept of some content. */
export interface Figures {
  readonly blocks: number;
  readonly bytes: number;
}

/** The content takes more than it may. */
export class TooLargeError extends Error {
  override name = "TooLargeError";
}

/** What is kept so far, each block counted once. */
export interface Tally {
  /** Keeps it when it is here; false when it is not. Throws TooLargeError. */
  held(cid: CID): Promise<boolean>;
  /** Throws TooLargeError. */
  keep(cid: CID, block: VerifiedContent): Promise<boolean>;
  figures(): Figures;
  holds(cid: CID): boolean;
}

/** Counts against `maxBytes` before it keeps. */
export function createTally(
  { maxBytes, takes, held, pin, keep, onKept = () => {} }: Keeping,
): Tally {
  const counted = new Map<string, Promise<boolean>>();
  let bytes = 0;
  const figures = () => ({ blocks: counted.size, bytes });

  /** Counted before it is kept: several come at the same time. */
  async function count(cid: CID, taken: number, work: () => Promise<boolean>): Promise<boolean> {
    const key = cid.toString();
    const known = counted.get(key);
    if (known !== undefined) return await known;
    if (bytes + taken > maxBytes) throw new TooLargeError();
    bytes += taken;
    const kept = work();
    counted.set(key, kept);
    if (await kept) {
      onKept(figures());
      return true;
    }
    bytes -= taken;
    counted.delete(key);
    return false;
  }

  return {
    async held(cid) {
      const taken = held(cid);
      return taken !== null && await count(cid, taken, () => pin(cid));
    },
    keep: (cid, block) => count(cid, takes(block.length), () => keep(cid, block).then(() => true)),
    figures,
    holds: (cid) => counted.has(cid.toV1().toString()),
  };
}

/** The same blocks; each is kept before anybody sees it. */
export function keepingBlocks(blocks: Blocks, tally: Tally): Blocks {
  return {
    ...blocks,
    async get(cid, call, use) {
      const delivery = await blocks.get(cid, call, use);
      // What is in its own CID needs no keeping.
      if (isHashed(cid)) await tally.keep(cid.toV1(), delivery.content);
      return delivery;
    },
  };
}
