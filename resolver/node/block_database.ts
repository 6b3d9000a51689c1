import type { DatabaseSync } from "node:sqlite";
import { fileSize } from "./damaged_database.ts";

/** "OSbl": tells our file from somebody else's (`PRAGMA application_id`). */
const APPLICATION_ID = 0x4f53626c;

/** `PRAGMA user_version`. Another version's index is made anew, like a damaged one. */
const VERSION = 1;

const BUSY_TIMEOUT_MILLISECONDS = 5_000;

// A pin can stand before its block, so it is a row of its own. The triggers count along: a count over
// a million rows takes 20 ms. Bytes are those on the disk.
const SCHEMA = `
  CREATE TABLE blocks (
    cid     TEXT PRIMARY KEY,
    bytes   INTEGER NOT NULL,
    used_at INTEGER NOT NULL,
    pinned  INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX blocks_by_use ON blocks (used_at) WHERE pinned = 0;

  CREATE TABLE roots (
    root     TEXT PRIMARY KEY,
    complete INTEGER NOT NULL,
    since    INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE pins (
    root TEXT NOT NULL,
    cid  TEXT NOT NULL,
    PRIMARY KEY (root, cid)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX pins_by_block ON pins (cid);

  CREATE TABLE state (
    blocks       INTEGER NOT NULL,
    bytes        INTEGER NOT NULL,
    pinned_bytes INTEGER NOT NULL,
    closed       INTEGER NOT NULL,
    settled      INTEGER NOT NULL
  ) STRICT;
  INSERT INTO state VALUES (0, 0, 0, 0, 0);

  CREATE TRIGGER block_added AFTER INSERT ON blocks BEGIN
    UPDATE state SET blocks = blocks + 1, bytes = bytes + new.bytes,
      pinned_bytes = pinned_bytes + new.pinned * new.bytes;
  END;
  CREATE TRIGGER block_changed AFTER UPDATE OF bytes, pinned ON blocks BEGIN
    UPDATE state SET bytes = bytes + new.bytes - old.bytes,
      pinned_bytes = pinned_bytes + new.pinned * new.bytes - old.pinned * old.bytes;
  END;
  CREATE TRIGGER block_removed AFTER DELETE ON blocks BEGIN
    UPDATE state SET blocks = blocks - 1, bytes = bytes - old.bytes,
      pinned_bytes = pinned_bytes - old.pinned * old.bytes;
  END;
`;

/** The index of blocks, open. */
export interface BlockDatabase {
  readonly connection: DatabaseSync;
  /** It is empty, or its process was killed: the folder may hold what it does not know. */
  readonly doubtful: boolean;
}

/**
 * Opens the index, makes it when there is none, and makes it anew when it is damaged: everything in it
 * can be found again in the folder and by whoever pins.
 */
export async function openBlockDatabase(
  path: string,
  report: (problem: string) => void,
): Promise<BlockDatabase> {
  const { DatabaseSync } = await import("node:sqlite");
  const make = () => prepare(new DatabaseSync(path));
  try {
    return make();
  } catch (error) {
    // What cannot be opened at all (rights, a full disk) is not mended by making it anew.
    if (path === ":memory:" || await fileSize(path) === 0) throw error;
    const words = error instanceof Error ? error.message : String(error);
    report(`The index of blocks ${path} is made anew from the folder. It was unusable: ${words}`);
    for (const suffix of ["", "-wal", "-shm"]) {
      await Deno.remove(path + suffix).catch(ignoreNotFound);
    }
    return make();
  }
}

function prepare(connection: DatabaseSync): BlockDatabase {
  try {
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MILLISECONDS}`);
    connection.exec("PRAGMA journal_mode = WAL");
    // NORMAL: a power cut may take the last changes back, in their order; a killed process takes none.
    connection.exec("PRAGMA synchronous = NORMAL");
    const isNew = connection.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
    if (isNew) {
      connection.exec(
        `BEGIN; ${SCHEMA} PRAGMA application_id = ${APPLICATION_ID};
         PRAGMA user_version = ${VERSION}; COMMIT`,
      );
    } else check(connection);
    const closed = connection.prepare("SELECT closed FROM state").get()?.["closed"] === 1;
    connection.exec("UPDATE state SET closed = 0");
    return { connection, doubtful: !closed };
  } catch (error) {
    connection.close();
    throw error;
  }
}

function check(connection: DatabaseSync): void {
  const expected = { application_id: APPLICATION_ID, user_version: VERSION, quick_check: "ok" };
  for (const [name, value] of Object.entries(expected)) {
    const found = connection.prepare(`PRAGMA ${name}`).get()?.[name];
    if (found !== value) throw new Error(`Its ${name} is ${found}.`);
  }
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
