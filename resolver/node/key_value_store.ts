import type { DatabaseSync } from "node:sqlite";
import type { KeyValueStore } from "./node.ts";
import { atomically, bytesOf, type Guard } from "./statements.ts";

/** After every character that a key can go on with. */
const LAST_CHARACTER = "\u{10ffff}";

/** Over the table `key_values`. Every method throws UnavailableError when the disk is full or fails. */
export function createKeyValueStore(connection: DatabaseSync, guarded: Guard): KeyValueStore {
  const get = connection.prepare("SELECT value FROM key_values WHERE key = ?");
  const put = connection.prepare(
    "INSERT INTO key_values VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
  );
  const remove = connection.prepare("DELETE FROM key_values WHERE key = ?");
  const entries = connection.prepare(
    "SELECT key, value FROM key_values WHERE key >= ? AND key < ? ORDER BY key",
  );

  return {
    get(key) {
      const row = guarded(() => get.get(key));
      return row === undefined ? null : bytesOf(row["value"]);
    },
    put(key, value) {
      guarded(() => put.run(key, value));
    },
    delete(key) {
      guarded(() => remove.run(key));
    },
    together(work) {
      guarded(() => atomically(connection, () => (work(), true)));
    },
    entries(prefix) {
      // All at once: whoever walks along may put and delete meanwhile.
      const rows = guarded(() => entries.all(prefix, prefix + LAST_CHARACTER));
      return rows.map((row) => [String(row["key"]), bytesOf(row["value"])] as const);
    },
  };
}
