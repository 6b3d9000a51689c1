import type { DatabaseSync } from "node:sqlite";
import { fileSize } from "./damaged_database.ts";
import { ignoreNotFound } from "./ignore_not_found.ts";

const BUSY_TIMEOUT_MILLISECONDS = 5_000;

/** What a database must be to be ours, and is made as when there is none. */
export interface DatabaseForm {
  /** Tells our file from somebody else's (`PRAGMA application_id`). */
  readonly applicationId: number;
  /** `PRAGMA user_version`. Another version's is made anew, like a damaged one. */
  readonly version: number;
  readonly schema: string;
  /**
   * `FULL`: what is committed survives a power cut. `NORMAL`: that may take the last changes back, in
   * their order. A killed process takes back none either way.
   */
  readonly synchronous: "NORMAL" | "FULL";
}

/**
 * Opens a database whose contents come back by themselves, and makes it when there is none. One that is
 * damaged, or with which `use` fails, is made anew after `report` was told why.
 */
export async function openReplaceableDatabase<T>(
  path: string,
  form: DatabaseForm,
  use: (connection: DatabaseSync) => T,
  report: (why: string) => void,
): Promise<T> {
  const { DatabaseSync } = await import("node:sqlite");
  const open = () => prepare(new DatabaseSync(path), form, use);
  try {
    return open();
  } catch (error) {
    // What cannot be opened at all (rights, a full disk) is not mended by making it anew.
    if (path === ":memory:" || await fileSize(path) === 0) throw error;
    report(error instanceof Error ? error.message : String(error));
    for (const suffix of ["", "-wal", "-shm"]) {
      await Deno.remove(path + suffix).catch(ignoreNotFound);
    }
    return open();
  }
}

function prepare<T>(
  connection: DatabaseSync,
  form: DatabaseForm,
  use: (connection: DatabaseSync) => T,
): T {
  try {
    connection.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MILLISECONDS}`);
    connection.exec("PRAGMA journal_mode = WAL");
    connection.exec(`PRAGMA synchronous = ${form.synchronous}`);
    const isNew = connection.prepare("SELECT 1 FROM sqlite_schema LIMIT 1").get() === undefined;
    if (isNew) {
      connection.exec(
        `BEGIN; ${form.schema} PRAGMA application_id = ${form.applicationId};
         PRAGMA user_version = ${form.version}; COMMIT`,
      );
    } else check(connection, form);
    return use(connection);
  } catch (error) {
    connection.close();
    throw error;
  }
}

function check(connection: DatabaseSync, { applicationId, version }: DatabaseForm): void {
  const expected = { application_id: applicationId, user_version: version, quick_check: "ok" };
  for (const [name, value] of Object.entries(expected)) {
    const found = connection.prepare(`PRAGMA ${name}`).get()?.[name];
    if (found !== value) throw new Error(`Its ${name} is ${found}.`);
  }
}
