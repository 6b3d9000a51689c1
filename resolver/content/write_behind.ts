import type { CID } from "multiformats/cid";
import type { BlockStore } from "../node/node.ts";
import type { VerifiedContent } from "./content.ts";

export interface WriteBehindOptions {
  /** Bytes that may wait; what comes beyond them is not written, and can be fetched again. */
  readonly maxPendingBytes: number;
  /** Told of a block that the store did not take, e.g. because the disk is full. */
  readonly report: (error: unknown) => void;
}

/** Writes blocks into the node's store without making the visitor wait for the disk. */
export interface WriteBehind {
  keep(cid: CID, block: VerifiedContent): void;
  /** Resolves when everything that waits has been written. */
  flush(): Promise<void>;
}

export function createWriteBehind(store: BlockStore, options: WriteBehindOptions): WriteBehind {
  const writes = new Set<Promise<void>>();
  let pendingBytes = 0;
  return {
    keep(cid, block) {
      if (pendingBytes + block.length > options.maxPendingBytes) return;
      pendingBytes += block.length;
      const write = store.put(cid, block).catch(options.report).finally(() => {
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
