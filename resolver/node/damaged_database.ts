import type { DatabaseSync } from "node:sqlite";

/**
 * Reads a damaged database, when SQLite still opens it; else does nothing. An empty file is not opened:
 * SQLite would delete the log beside it, for reading too.
 */
export async function withDamaged(
  path: string,
  read: (damaged: DatabaseSync) => void | Promise<void>,
): Promise<void> {
  if (await fileSize(path) === 0) return;
  const { DatabaseSync } = await import("node:sqlite");
  let damaged: DatabaseSync;
  try {
    damaged = new DatabaseSync(path, { readOnly: true });
  } catch {
    return;
  }
  try {
    await read(damaged);
  } finally {
    damaged.close();
  }
}

/** 0 for a file that is missing. */
export async function fileSize(path: string): Promise<number> {
  try {
    return (await Deno.stat(path)).size;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return 0;
    throw error;
  }
}
