import { basename, dirname } from "node:path";

/** SQLite's files of one database: itself, its write-ahead log, and the log's index. */
const SUFFIXES = ["-wal", "-shm", ""];

/** Under this name a damaged database waits until what can be read of it was saved. */
const SALVAGING = ".salvaging";

/** For whoever wants to look into one; the oldest go first. */
const MAX_KEPT = 3;

/**
 * Takes a damaged database out of the way, so that a new one can take its place. Its log goes first: it
 * must not be taken for the new one's.
 */
export async function setAside(path: string): Promise<void> {
  for (const suffix of SUFFIXES) {
    await Deno.rename(`${path}${suffix}`, `${path}${SALVAGING}${suffix}`).catch(ignoreNotFound);
  }
}

/** The path under which a damaged database waits to be saved; null when there is none. */
export async function findSetAside(path: string): Promise<string | null> {
  const aside = `${path}${SALVAGING}`;
  for (const suffix of SUFFIXES) {
    if (await Deno.stat(aside + suffix).catch(ignoreNotFound)) return aside;
  }
  return null;
}

/** Keeps it under the name of its time, and at most three of them. Gives its new path. */
export async function archive(path: string, now: number): Promise<string> {
  const stamp = new Date(now).toISOString().replaceAll(/[-:.]/g, "");
  const archived = `${path}.damaged-${stamp}`;
  for (const suffix of SUFFIXES) {
    await Deno.rename(`${path}${SALVAGING}${suffix}`, archived + suffix).catch(ignoreNotFound);
  }
  const stamps = new Set<string>();
  for await (const { name } of Deno.readDir(dirname(path))) {
    const match = /^(.+\.damaged-\w+)(?:-wal|-shm)?$/.exec(name);
    if (match?.[1]?.startsWith(`${basename(path)}.damaged-`)) stamps.add(match[1]);
  }
  for (const oldest of [...stamps].sort().slice(0, -MAX_KEPT)) {
    for (const suffix of SUFFIXES) {
      await Deno.remove(`${dirname(path)}/${oldest}${suffix}`).catch(ignoreNotFound);
    }
  }
  return archived;
}

function ignoreNotFound(error: unknown): undefined {
  if (error instanceof Deno.errors.NotFound) return undefined;
  throw error;
}
