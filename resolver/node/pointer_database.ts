import type { DatabaseSync } from "node:sqlite";
import { OurSpaceError } from "../../schemas/errors.ts";
import type { Clock } from "../contracts.ts";
import { fileSize } from "./damaged_database.ts";
import { MIGRATIONS, SCHEMA, SCHEMA_VERSION } from "./pointer_schema.ts";
import { isDamage } from "./statements.ts";

/** "OSpc": tells our file from somebody else's (`PRAGMA application_id`). */
const APPLICATION_ID = 0x4f537063;

/** A writer waits this long for another one. */
const BUSY_TIMEOUT_MILLISECONDS = 5_000;

/** The database's own bytes are wrong. The files are left as they are. */
export class DamagedDatabaseError extends OurSpaceError {
  override name = "DamagedDatabaseError";
}

/** The open database, and the id that its change-feed cursors carry. */
export interface PointerDatabase {
  readonly connection: DatabaseSync;
  readonly storeId: string;
}

/**
 * Opens the database, makes it when there is none, and checks it: 100,000 pointers take 84 ms, a million
 * 2.8 s. Throws DamagedDatabaseError, and another OurSpaceError when it cannot be opened or is not ours;
 * it is never overwritten.
 */
export async function openPointerDatabase(
  path: string,
  randomBytes: (length: number) => Uint8Array,
  clock: Clock = Date.now,
): Promise<PointerDatabase> {
  const { DatabaseSync } = await import("node:sqlite");
  await refuseOrphanedLog(path);
  const connection = open(() => new DatabaseSync(path), path);
  try {
    return open(() => {
      connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MILLISECONDS}`);
      connection.exec("PRAGMA journal_mode = WAL");
      // FULL: a commit is on the disk before it is acknowledged, so that a power cut takes nothing back.
      connection.exec("PRAGMA synchronous = FULL");
      prepareSchema(connection, { path, randomBytes, clock });
      checkIntegrity(connection, path);
      return { connection, storeId: readStoreId(connection) };
    }, path);
  } catch (error) {
    connection.close();
    throw error;
  }
}

/**
 * An empty file is what a process leaves that was killed at its first start, or a new database. One with
 * a log beside it was cut off: SQLite would take it for a new one too, and throw the log away.
 */
async function refuseOrphanedLog(path: string): Promise<void> {
  if (path === ":memory:") return;
  // In this order: another process that is just making the database fills the file before the log.
  if (await fileSize(`${path}-wal`) === 0 || await fileSize(path) > 0) return;
  throw damaged(path, new Error("The file is empty, but its write-ahead log is not."));
}

function open<T>(step: () => T, path: string): T {
  try {
    return step();
  } catch (error) {
    if (error instanceof OurSpaceError) throw error;
    if (isDamage(error)) throw damaged(path, error);
    throw new OurSpaceError(`The pointer database ${path} cannot be opened.`, {
      remedy: "Look at the disk: is it full, or read-only, or is the file somebody else's?",
      cause: error,
    });
  }
}

function damaged(path: string, cause: unknown): DamagedDatabaseError {
  return new DamagedDatabaseError(`The pointer database ${path} is damaged.`, {
    remedy: "Restore it from a backup, or start the node, which saves what can be read of it.",
    cause,
  });
}

function prepareSchema(
  connection: DatabaseSync,
  { path, randomBytes, clock }: {
    path: string;
    randomBytes: (length: number) => Uint8Array;
    clock: Clock;
  },
): void {
  // IMMEDIATE: of two processes that find a new file one makes the tables, the other finds them made.
  connection.exec("BEGIN IMMEDIATE");
  try {
    if (isEmpty(connection)) {
      connection.exec(SCHEMA);
      connection.prepare("INSERT INTO store VALUES (?, 0, 0, 0)").run(randomBytes(8).toHex());
      connection.exec(`PRAGMA application_id = ${APPLICATION_ID}`);
      connection.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
    } else {
      migrate(connection, knownVersion(connection, path), clock());
    }
    connection.exec("COMMIT");
  } catch (error) {
    if (connection.isTransaction) connection.exec("ROLLBACK");
    throw error;
  }
}

function isEmpty(connection: DatabaseSync): boolean {
  return connection.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
}

/** The schema version of the file; throws when the file is not ours to change. */
function knownVersion(connection: DatabaseSync, path: string): number {
  const application = connection.prepare("PRAGMA application_id").get()?.["application_id"];
  if (application !== APPLICATION_ID) {
    throw new OurSpaceError(`${path} is a database of another program.`, {
      remedy: "Choose another folder with DATA_DIR.",
    });
  }
  const version = Number(connection.prepare("PRAGMA user_version").get()?.["user_version"]);
  if (version === SCHEMA_VERSION || MIGRATIONS.has(version)) return version;
  throw new OurSpaceError(
    `${path} has schema version ${version}; this program knows version ${SCHEMA_VERSION}.`,
    { remedy: "Start the version of OurSpace that made it, or a newer one." },
  );
}

function migrate(connection: DatabaseSync, from: number, now: number): void {
  if (from === SCHEMA_VERSION) return;
  for (let version = from; version < SCHEMA_VERSION; version++) {
    connection.exec(MIGRATIONS.get(version)?.(now) ?? "");
  }
  connection.exec(`PRAGMA user_version = ${SCHEMA_VERSION}`);
}

function checkIntegrity(connection: DatabaseSync, path: string): void {
  const verdict = connection.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
  if (verdict !== "ok") throw damaged(path, new Error(String(verdict)));
}

function readStoreId(connection: DatabaseSync): string {
  return String(connection.prepare("SELECT id FROM store").get()?.["id"]);
}
