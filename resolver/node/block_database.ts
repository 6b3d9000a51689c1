import type { DatabaseSync } from "node:sqlite";
import { type DatabaseForm, openReplaceableDatabase } from "./replaceable_database.ts";

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

const FORM: DatabaseForm = {
  /** "OSbl". */
  applicationId: 0x4f53626c,
  version: 1,
  schema: SCHEMA,
  synchronous: "NORMAL",
};

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
  return await openReplaceableDatabase(
    path,
    FORM,
    markOpen,
    (why) =>
      report(`The index of blocks ${path} is made anew from the folder. It was unusable: ${why}`),
  );
}

function markOpen(connection: DatabaseSync): BlockDatabase {
  const closed = connection.prepare("SELECT closed FROM state").get()?.["closed"] === 1;
  connection.exec("UPDATE state SET closed = 0");
  // A power cut may take back what comes, with this: then blocks on the disk would never be looked for.
  connection.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  return { connection, doubtful: !closed };
}
