import type { Clock } from "../contracts.ts";
import { type Alarm, systemAlarm } from "../deadline.ts";
import type { BlockDatabase } from "./block_database.ts";
import { diskBytes } from "./disk_bytes.ts";
import { createLastUsed } from "./last_used.ts";
import type { BlockUsage } from "./node.ts";
import { atomically, createGuard, type Guard } from "./statements.ts";

/**
 * Blocks that make room for one: 512 of the smallest do for the largest. More are over after the quota
 * was lowered, and then go with the puts to come.
 */
const MAX_EVICTED = 1_024;

/** What the index works with. */
export interface BlockIndexOptions {
  readonly database: BlockDatabase;
  readonly maxBytes: number;
  /**
   * Removes a block's file. Not asynchronous: between the choice of a block and its end nobody can pin
   * it. With its row, some 0.2 ms each on a busy machine.
   */
  readonly removeFile: (cid: string) => void;
  readonly report: (problem: string) => void;
  readonly clock: Clock;
  readonly alarm?: Alarm;
}

/** A block's file. */
export interface FoundFile {
  readonly cid: string;
  readonly length: number;
  /** Milliseconds since 1970. */
  readonly usedAt: number;
}

/** Which blocks there are. Methods throw UnavailableError when the index's disk fails. */
export interface BlockIndex {
  /**
   * Writes a row before the file is written, and evicts what has to go for it. False: nothing may go.
   * Every file has a row, so that none is on the disk uncounted; a row may have lost its file.
   */
  admit(cid: string, length: number): boolean;
  /** Files are there: gives each a row that has none. */
  found(files: readonly FoundFile[]): void;
  /** The file is not there, or was damaged: content that it is a part of is not complete. */
  lost(cid: string): void;
  /** What the file takes on the disk; null: there is no row. */
  size(cid: string): number | null;
  /** Rows after this one, in order. */
  page(after: string, limit: number): readonly string[];
  used(cid: string): void;
  /** From now on blocks may be evicted: what is to be kept has been pinned. */
  settle(): void;
  usage(): BlockUsage;
  readonly guarded: Guard;
  /** An orderly end. `isWhole`: every file has a row, and the next start need not look at the folder. */
  close(end: { readonly isWhole: boolean }): void;
}

/** Over the database; the pins in it are pins.ts's. */
export function createBlockIndex(options: BlockIndexOptions): BlockIndex {
  const { database: { connection }, maxBytes, removeFile, report, clock } = options;
  const { alarm = systemAlarm } = options;
  const guarded = createGuard(report, "index of blocks");
  const insert = connection.prepare(
    `INSERT INTO blocks VALUES (?1, ?2, ?3, (SELECT EXISTS (SELECT 1 FROM pins WHERE cid = ?1)))
     ON CONFLICT (cid) DO NOTHING`,
  );
  const row = connection.prepare("SELECT bytes FROM blocks WHERE cid = ?");
  const remove = connection.prepare("DELETE FROM blocks WHERE cid = ?");
  const spoil = connection.prepare(
    "UPDATE roots SET complete = 0 WHERE root IN (SELECT root FROM pins WHERE cid = ?)",
  );
  const oldest = connection.prepare(
    "SELECT cid, bytes FROM blocks WHERE pinned = 0 ORDER BY used_at LIMIT 1",
  );
  const page = connection.prepare("SELECT cid FROM blocks WHERE cid > ? ORDER BY cid LIMIT ?");
  const touch = connection.prepare("UPDATE blocks SET used_at = ?2 WHERE cid = ?1");
  const state = connection.prepare("SELECT * FROM state");
  let evicted = 0;

  const lastUsed = createLastUsed((notes) => {
    atomically(connection, () => {
      for (const [cid, at] of notes) touch.run(cid, at);
      return true;
    });
  }, { clock, alarm });

  function figures() {
    const { blocks, bytes, pinned_bytes, settled } = state.get() ?? {};
    return {
      blocks: Number(blocks),
      bytes: Number(bytes),
      pinnedBytes: Number(pinned_bytes),
      settled: settled === 1,
    };
  }

  /** The file goes before its row: killed between the two, the row is what is left, and counts. */
  function makeRoom(needed: number): boolean {
    const { bytes, pinnedBytes, settled } = figures();
    let excess = bytes + needed - maxBytes;
    if (excess <= 0) return true;
    // What cannot end well is not begun: visitors' blocks would go for nothing.
    if (!settled || pinnedBytes + needed > maxBytes) return false;
    lastUsed.flush();
    for (let count = 0; excess > 0 && count < MAX_EVICTED; count++) {
      const victim = oldest.get();
      if (victim === undefined) return false;
      removeFile(String(victim["cid"]));
      remove.run(String(victim["cid"]));
      excess -= Number(victim["bytes"]);
      evicted += 1;
    }
    return true;
  }

  return {
    // In one transaction. Taken back, it leaves rows without files, never a file without a row.
    admit: (cid, length) =>
      guarded(() =>
        atomically(connection, () => {
          if (row.get(cid) !== undefined) return true;
          const bytes = diskBytes(length);
          if (!makeRoom(bytes)) return false;
          insert.run(cid, bytes, Math.trunc(clock()));
          return true;
        })
      ),
    found: (files) =>
      void guarded(() =>
        atomically(connection, () => {
          for (const { cid, length, usedAt } of files) {
            // A time ahead of the clock would never come to its turn.
            insert.run(cid, diskBytes(length), Math.trunc(Math.min(usedAt, clock())));
          }
          return true;
        })
      ),
    lost: (cid) =>
      void guarded(() =>
        atomically(connection, () => {
          if (remove.run(cid).changes > 0) spoil.run(cid);
          return true;
        })
      ),
    size(cid) {
      const found = guarded(() => row.get(cid));
      return found === undefined ? null : Number(found["bytes"]);
    },
    page: (after, limit) => guarded(() => page.all(after, limit)).map((row) => String(row["cid"])),
    used: lastUsed.note,
    settle: () => void guarded(() => connection.exec("UPDATE state SET settled = 1")),
    usage() {
      const { blocks, bytes, pinnedBytes } = guarded(figures);
      return { blocks, bytes, maxBytes, pinnedBytes, evicted };
    },
    guarded,
    close({ isWhole }) {
      lastUsed.flush();
      try {
        if (isWhole) connection.exec("UPDATE state SET closed = 1");
      } catch {
        // The next start compares it with the folder.
      }
      connection.close();
    },
  };
}
