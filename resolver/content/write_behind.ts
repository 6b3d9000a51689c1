import type { CID } from "multiformats/cid";
import type { Clock } from "../contracts.ts";
import { NoRoomError, RefusedByOperatorError } from "../errors.ts";
import { diskBytes } from "../node/disk_bytes.ts";
import type { BlockStore } from "../node/node.ts";
import type { VerifiedContent } from "./content.ts";
import { bytesInMemory } from "./verified.ts";

/** Where blocks are written, and how much of them. */
export interface WriteBehindOptions {
  readonly store: BlockStore;
  /** Bytes that may wait; what comes beyond them is not written, and can be fetched again. */
  readonly maxPendingBytes: number;
  /**
   * Bytes of the disk that are written at once, and in a day in the long run: what visitors ask for
   * takes the place of what others asked for, and must neither wear the disk out nor empty the store
   * within an hour.
   */
  readonly maxBytesPerDay: number;
  readonly clock: Clock;
  /** Told of a block that the store did not take for another reason than its room or its rules. */
  readonly report: (error: unknown) => void;
}

/** Writes blocks into the node's store without making the visitor wait for the disk. */
export interface WriteBehind {
  keep(cid: CID, block: VerifiedContent): void;
  /** Resolves when everything that waits has been written. */
  flush(): Promise<void>;
}

const DAY_MILLISECONDS = 86_400_000;

/** Visitors who read meanwhile want the same processors: more at a time is not faster for them. */
const WRITES_AT_ONCE = 4;

/** Writes in the background, in the order in which blocks are given. */
export function createWriteBehind(options: WriteBehindOptions): WriteBehind {
  const { store, maxPendingBytes, maxBytesPerDay, clock, report } = options;
  const waiting: [CID, VerifiedContent][] = [];
  const writes = new Set<Promise<void>>();
  let pendingBytes = 0;
  let allowance = maxBytesPerDay;
  let filledAt = clock();

  /** A clock that was set back fills nothing, and takes nothing away. */
  function isAllowed(bytes: number): boolean {
    const passed = Math.max(0, clock() - filledAt);
    filledAt = clock();
    allowance = Math.min(maxBytesPerDay, allowance + passed / DAY_MILLISECONDS * maxBytesPerDay);
    if (bytes > allowance) return false;
    allowance -= bytes;
    return true;
  }

  function writeNext(): void {
    const next = writes.size < WRITES_AT_ONCE ? waiting.shift() : undefined;
    if (next === undefined) return;
    const [cid, block] = next;
    const write = store.put(cid, block).catch(notStored).finally(() => {
      pendingBytes -= bytesInMemory(block);
      writes.delete(write);
      writeNext();
    });
    writes.add(write);
  }

  return {
    keep(cid, block) {
      const bytes = bytesInMemory(block);
      if (pendingBytes + bytes > maxPendingBytes || !isAllowed(diskBytes(block.length))) return;
      pendingBytes += bytes;
      waiting.push([cid, block]);
      writeNext();
    },
    async flush() {
      while (writes.size > 0) await Promise.all(writes);
    },
  };

  /** A store that is full of what is pinned, or refuses a block, is as its operator wants it. */
  function notStored(error: unknown): void {
    const isWanted = error instanceof NoRoomError || error instanceof RefusedByOperatorError;
    if (!isWanted) report(error);
  }
}
