import type { DatabaseSync } from "node:sqlite";
import { OurSpaceError } from "../../schemas/errors.ts";
import { type DatabaseForm, openReplaceableDatabase } from "../node/replaceable_database.ts";

// `place` is the order in which providers came. The triggers count along: a count over 100,000 rows takes
// some milliseconds.
const SCHEMA = `
  CREATE TABLE records (
    place    INTEGER PRIMARY KEY,
    content  TEXT NOT NULL,
    provider TEXT NOT NULL,
    sender   TEXT NOT NULL,
    at       INTEGER NOT NULL,
    UNIQUE (content, provider)
  ) STRICT;
  CREATE INDEX records_by_time ON records (at);
  CREATE INDEX records_by_sender ON records (sender, at);

  CREATE TABLE senders (sender TEXT NOT NULL UNIQUE, held INTEGER NOT NULL) STRICT;
  CREATE INDEX senders_by_held ON senders (held DESC);

  CREATE TABLE providers (
    provider  TEXT PRIMARY KEY,
    held      INTEGER NOT NULL,
    addresses BLOB NOT NULL
  ) STRICT, WITHOUT ROWID;

  CREATE TABLE totals (records INTEGER NOT NULL) STRICT;
  INSERT INTO totals VALUES (0);

  CREATE TRIGGER record_added AFTER INSERT ON records BEGIN
    UPDATE totals SET records = records + 1;
    INSERT INTO senders VALUES (new.sender, 1)
      ON CONFLICT (sender) DO UPDATE SET held = held + 1;
    INSERT INTO providers VALUES (new.provider, 1, x'')
      ON CONFLICT (provider) DO UPDATE SET held = held + 1;
  END;
  CREATE TRIGGER record_removed AFTER DELETE ON records BEGIN
    UPDATE totals SET records = records - 1;
    UPDATE senders SET held = held - 1 WHERE sender = old.sender;
    DELETE FROM senders WHERE sender = old.sender AND held = 0;
    UPDATE providers SET held = held - 1 WHERE provider = old.provider;
    DELETE FROM providers WHERE provider = old.provider AND held = 0;
  END;
`;

const FORM: DatabaseForm = {
  /** "OSpr". */
  applicationId: 0x4f537072,
  version: 1,
  schema: SCHEMA,
  synchronous: "FULL",
};

/**
 * Opens the database of who provides what and gives what `use` makes of it. One that is damaged is made
 * anew, which is reported: those who provide say so again within a day. Throws an OurSpaceError when it
 * cannot be opened at all.
 */
export async function openProviderDatabase<T>(
  path: string,
  use: (connection: DatabaseSync) => T,
  report: (problem: string) => void,
): Promise<T> {
  const replaced = (why: string) =>
    report(`What other nodes provide is learnt anew: ${path} was unusable: ${why}`);
  try {
    return await openReplaceableDatabase(path, FORM, use, replaced);
  } catch (cause) {
    throw new OurSpaceError(`The database ${path} cannot be opened.`, {
      remedy: "Look at the disk: is it full, or read-only, or is the file somebody else's?",
      cause,
    });
  }
}
