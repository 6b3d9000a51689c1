import type { DatabaseSync } from "node:sqlite";
import { withDamaged } from "./damaged_database.ts";
import type { KeyValueStore } from "./node.ts";

/**
 * Saves the small values of a damaged database, as far as they can be read; those that are held already
 * are newer. But no places in others' change feeds: what was lost here must be read again from their
 * beginning.
 */
export async function salvageKeyValues(path: string, keyValues: KeyValueStore): Promise<void> {
  await withDamaged(path, (damaged) => {
    for (const [key, value] of readable(damaged)) {
      if (!key.includes("/cursor/") && keyValues.get(key) === null) keyValues.put(key, value);
    }
  });
}

/** The values from the first to the damage. */
function readable(damaged: DatabaseSync): readonly (readonly [string, Uint8Array])[] {
  const found: [string, Uint8Array][] = [];
  try {
    for (const { key, value } of damaged.prepare("SELECT key, value FROM key_values").iterate()) {
      if (typeof key === "string" && value instanceof Uint8Array) found.push([key, value]);
    }
  } catch {
    // Here the damage begins.
  }
  return found;
}
