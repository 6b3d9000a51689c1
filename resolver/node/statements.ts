import type { DatabaseSync } from "node:sqlite";
import { UnavailableError } from "../errors.ts";

/** Runs a statement; what SQLite throws becomes an UnavailableError. */
export type Guard = <T>(statement: () => T) => T;

/** Of SQLITE_CORRUPT and SQLITE_NOTADB; Deno's errors carry no code. */
const DAMAGE = /database disk image is malformed|malformed database schema|file is not a database/;

/** True when SQLite says that the file's own bytes are wrong: not the disk, the rights or a lock. */
export function isDamage(error: unknown): boolean {
  return error instanceof Error && DAMAGE.test(error.message);
}

/**
 * Damage that shows while the node runs is reported once; the next start repairs it. `what` names the
 * database in sentences.
 */
export function createGuard(
  report: (problem: string) => void,
  what = "pointer database",
): Guard {
  let reported = false;
  return (statement) => {
    try {
      return statement();
    } catch (error) {
      if (isDamage(error) && !reported) {
        reported = true;
        report(`The node's ${what} is damaged: restart the node, which then repairs it.`);
      }
      throw new UnavailableError(`The node's ${what} does not work.`, {
        remedy: "The operator should look at the disk (full, read-only?) and restart the node.",
        cause: error,
      });
    }
  };
}

/**
 * All that `work` does, or nothing of it: when it throws, and when it gives null. Within another one
 * it is a part of that one, which takes it back or not.
 */
export function atomically<T>(connection: DatabaseSync, work: () => T): T {
  if (connection.isTransaction) return work();
  connection.exec("BEGIN IMMEDIATE");
  try {
    const result = work();
    if (result !== null) connection.exec("COMMIT");
    return result;
  } finally {
    if (connection.isTransaction) connection.exec("ROLLBACK");
  }
}

/** The value of a BLOB column. */
export function bytesOf(value: unknown): Uint8Array<ArrayBuffer> {
  if (value instanceof Uint8Array && value.buffer instanceof ArrayBuffer) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  throw new TypeError("The pointer database gave a value that is no byte string.");
}
