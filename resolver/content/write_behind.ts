import type { CID } from "multiformats/cid";
import { OurSpaceError } from "../../schemas/errors.ts";
import type { BlockStore } from "../node/node.ts";
import type { VerifiedContent } from "./content.ts";

/** Where blocks are written, and how much of them. */
export interface WriteBehindOptions {
  readonly store: BlockStore;
  /** Bytes that may wait; what comes beyond them is not written, and can be fetched again. */
  readonly maxPendingBytes: number;
  /** Bytes that are written in all; then nothing more is, and `report` is told so once. */
  readonly maxBytes: number;
  /** Told of a block that the store did not take, e.g. because the disk is full. */
  readonly report: (error: unknown) => void;
}

/** Writes blocks into the node's store without making the visitor wait for the disk. */
export interface WriteBehind {
  keep(cid: CID, block: VerifiedContent): void;
  /** Resolves when everything that waits has been written. */
  flush(): Promise<void>;
}

/** Writes in the background, each block as soon as it is given. */
export function createWriteBehind(
  { store, maxPendingBytes, maxBytes, report }: WriteBehindOptions,
): WriteBehind {
  const writes = new Set<Promise<void>>();
  let pendingBytes = 0;
  let bytes = 0;
  let isFull = false;
  return {
    keep(cid, block) {
      if (isFull || pendingBytes + block.length > maxPendingBytes) return;
      if (bytes + block.length > maxBytes) {
        isFull = true;
        return report(
          new OurSpaceError(`${maxBytes} bytes of others' content are kept, and no more will be.`, {
            remedy: "Restart the node to go on keeping what visitors read.",
          }),
        );
      }
      bytes += block.length;
      pendingBytes += block.length;
      const write = store.put(cid, block).catch(report).finally(() => {
        pendingBytes -= block.length;
        writes.delete(write);
      });
      writes.add(write);
    },
    async flush() {
      while (writes.size > 0) await Promise.all(writes);
    },
  };
}
