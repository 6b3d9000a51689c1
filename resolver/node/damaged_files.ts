import { basename, dirname } from "node:path";
import { ignoreNotFound } from "./ignore_not_found.ts";

/** SQLite's files of one database: itself, its write-ahead log, and the log's index. */
const SUFFIXES = ["-wal", "-shm", ""];

/** Under this name and a number a damaged database waits until what can be read of it was saved. */
const SALVAGING = ".salvaging";

/** For whoever wants to look into one; the oldest go first. */
const MAX_KEPT = 3;

/**
 * Takes a damaged database out of the way, so that a new one can take its place. Its log goes first: it
 * must not be taken for the new one's. What was set aside before stays where it is, also when the
 * process was killed over it.
 */
export async function setAside(path: string): Promise<void> {
  const last = (await findSetAside(path)).at(-1);
  const aside = asideName(path, last === undefined ? 1 : numberOf(last) + 1);
  for (const suffix of SUFFIXES) {
    await Deno.rename(`${path}${suffix}`, `${aside}${suffix}`).catch(ignoreNotFound);
  }
}

/** The paths under which damaged databases wait to be saved, the first damaged first. */
export async function findSetAside(path: string): Promise<readonly string[]> {
  const numbers = new Set<number>();
  const prefix = `${basename(path)}${SALVAGING}`;
  for await (const { name } of Deno.readDir(dirname(path))) {
    if (/^\d+(?:-wal|-shm)?$/.test(name.slice(prefix.length)) && name.startsWith(prefix)) {
      numbers.add(numberOf(name));
    }
  }
  return [...numbers].sort((a, b) => a - b).map((number) => asideName(path, number));
}

/** Keeps one that was set aside under the name of its time, and at most three. Gives its new path. */
export async function archive(path: string, aside: string, now: number): Promise<string> {
  const stamp = new Date(now).toISOString().replaceAll(/[-:.]/g, "");
  const archived = `${path}.damaged-${stamp}`;
  for (const suffix of SUFFIXES) {
    await Deno.rename(`${aside}${suffix}`, archived + suffix).catch(ignoreNotFound);
  }
  const others = new Set<string>();
  for await (const { name } of Deno.readDir(dirname(path))) {
    const match = /^(.+\.damaged-\w+)(?:-wal|-shm)?$/.exec(name);
    if (match?.[1]?.startsWith(`${basename(path)}.damaged-`)) others.add(match[1]);
  }
  // Whatever its time: the clock may be wrong.
  others.delete(basename(archived));
  for (const oldest of [...others].sort().slice(0, 1 - MAX_KEPT)) {
    for (const suffix of SUFFIXES) {
      await Deno.remove(`${dirname(path)}/${oldest}${suffix}`).catch(ignoreNotFound);
    }
  }
  return archived;
}

function asideName(path: string, number: number): string {
  return `${path}${SALVAGING}${number}`;
}

function numberOf(aside: string): number {
  return Number(/(\d+)(?:-wal|-shm)?$/.exec(aside)?.[1]);
}
