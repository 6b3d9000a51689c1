import type { DatabaseSync } from "node:sqlite";
import type { Alarm } from "../deadline.ts";

/**
 * A batch is committed so long after its first change, or after so many changes: the event loop waits
 * for it. Of 500 rows it took 8 ms on a busy machine, of one 1.4 ms, of 2,000 up to 340 ms.
 */
const COMMIT_AFTER_MILLISECONDS = 1_000;
const CHANGES_MAX = 500;

/**
 * Changes of a database that come one by one are made at once, and committed together: each commit waits
 * for the disk, and many strangers can ask for changes.
 */
export interface WriteBatches {
  /** Makes a change, in the batch that is open or in one that it opens. */
  change<T>(work: () => T): T;
  /** Commits what is open. Never throws: what cannot be written is reported, and undone. */
  commit(): void;
}

export function createWriteBatches(
  connection: DatabaseSync,
  { alarm, report }: { alarm: Alarm; report: (error: unknown) => void },
): WriteBatches {
  let changes = 0;
  let cancel = () => {};

  function commit(): void {
    cancel();
    try {
      if (connection.isTransaction) connection.exec("COMMIT");
    } catch (error) {
      report(error);
      if (connection.isTransaction) connection.exec("ROLLBACK");
    }
  }

  return {
    change(work) {
      // SQLite ends a batch by itself when the disk is full in the middle of it.
      if (!connection.isTransaction) {
        cancel();
        connection.exec("BEGIN IMMEDIATE");
        changes = 0;
        cancel = alarm(COMMIT_AFTER_MILLISECONDS, commit);
      }
      const result = work();
      changes += 1;
      if (changes >= CHANGES_MAX) commit();
      return result;
    },
    commit,
  };
}
