/**
 * How well a held pointer stands when room is needed (eviction.ts). `kept` rows never make room;
 * `asked` ones fall back to their sender's standing when nobody has asked for them for long.
 */
export const STANDING = { stranger: 0, peer: 1, asked: 2, kept: 3 } as const;

// The sequence is the row id, so that reading the change feed is one walk along the table.
// `store` counts along by triggers: a count over a million rows takes 20 ms, and a sequence is never given twice.
const TABLES = `
  CREATE TABLE pointers (
    sequence        INTEGER PRIMARY KEY,
    identity        TEXT NOT NULL UNIQUE,
    timestamp       TEXT NOT NULL,
    text            BLOB NOT NULL,
    wire            BLOB NOT NULL,
    sender          TEXT NOT NULL,
    sender_standing INTEGER NOT NULL,
    standing        INTEGER NOT NULL,
    asked_at        INTEGER NOT NULL,
    refreshed_at    INTEGER NOT NULL,
    due_at          INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX pointers_by_due ON pointers (due_at);
  CREATE INDEX pointers_never_put ON pointers (due_at) WHERE refreshed_at = 0;
  CREATE INDEX pointers_by_sender ON pointers (standing, sender, sequence);
  CREATE INDEX pointers_by_asked ON pointers (standing, asked_at);

  CREATE TABLE senders (
    standing INTEGER NOT NULL,
    sender   TEXT NOT NULL,
    held     INTEGER NOT NULL,
    UNIQUE (standing, sender)
  ) STRICT;
  CREATE INDEX senders_by_held ON senders (standing, held DESC);

  CREATE TABLE key_values (key TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TRIGGER pointer_added AFTER INSERT ON pointers BEGIN
    UPDATE store SET sequence = max(sequence, new.sequence), pointers = pointers + 1,
      bytes = bytes + length(new.wire);
    INSERT INTO senders (standing, sender, held) VALUES (new.standing, new.sender, 1)
      ON CONFLICT (standing, sender) DO UPDATE SET held = held + 1;
  END;
  CREATE TRIGGER pointer_replaced AFTER UPDATE OF sequence, wire ON pointers BEGIN
    UPDATE store SET sequence = max(sequence, new.sequence),
      bytes = bytes + length(new.wire) - length(old.wire);
  END;
  CREATE TRIGGER pointer_moved AFTER UPDATE OF standing, sender ON pointers
    WHEN (old.standing, old.sender) <> (new.standing, new.sender)
  BEGIN
    UPDATE senders SET held = held - 1 WHERE standing = old.standing AND sender = old.sender;
    DELETE FROM senders WHERE standing = old.standing AND sender = old.sender AND held = 0;
    INSERT INTO senders (standing, sender, held) VALUES (new.standing, new.sender, 1)
      ON CONFLICT (standing, sender) DO UPDATE SET held = held + 1;
  END;
  CREATE TRIGGER pointer_removed AFTER DELETE ON pointers BEGIN
    UPDATE store SET pointers = pointers - 1, bytes = bytes - length(old.wire);
    UPDATE senders SET held = held - 1 WHERE standing = old.standing AND sender = old.sender;
    DELETE FROM senders WHERE standing = old.standing AND sender = old.sender AND held = 0;
  END;
`;

const STORE = `
  CREATE TABLE store (
    id       TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    pointers INTEGER NOT NULL,
    bytes    INTEGER NOT NULL
  ) STRICT;
`;

/** `PRAGMA user_version`: raised, with a migration, whenever the tables change. */
export const SCHEMA_VERSION = 2;

/** Of an empty file. The store's row is the caller's to insert: it has the id. */
export const SCHEMA = STORE + TABLES;

/**
 * From each version to the next. Version 1 did not know who sent a pointer: they count as asked for at
 * the migration, so that none makes room before people had the time to ask for it.
 */
export const MIGRATIONS: ReadonlyMap<number, (now: number) => string> = new Map([
  [1, (now) => `
    ALTER TABLE pointers RENAME TO pointers_1;
    ALTER TABLE store RENAME TO store_1;
    ${STORE}
    INSERT INTO store SELECT id, 0, 0, 0 FROM store_1;
    DROP TABLE store_1;
    ${TABLES}
    INSERT INTO pointers SELECT sequence, identity, timestamp, text, wire, 'version 1',
      ${STANDING.stranger}, ${STANDING.asked}, ${Math.trunc(now)}, 0, ${Math.trunc(now)}
      FROM pointers_1 ORDER BY sequence;
    DROP TABLE pointers_1;`],
]);
