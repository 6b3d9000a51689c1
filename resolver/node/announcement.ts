import { replaceFile } from "./replace_file.ts";

/** Who holds a data folder. */
export interface Announcement {
  readonly pid: number;
  /** Where its HTTP interface answers on this machine; null before it serves. */
  readonly url: string | null;
}

/** Written by the folder's holder only. */
export async function writeAnnouncement(dataDir: string, who: Announcement): Promise<void> {
  await replaceFile(pathIn(dataDir), new TextEncoder().encode(JSON.stringify(who)));
}

/** Null when nobody announced itself. Left over from a killed process when nobody holds the lock. */
export async function readAnnouncement(dataDir: string): Promise<Announcement | null> {
  try {
    const who: unknown = JSON.parse(await Deno.readTextFile(pathIn(dataDir)));
    return isAnnouncement(who) ? who : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof SyntaxError) return null;
    throw error;
  }
}

/** Gone already is fine. */
export async function removeAnnouncement(dataDir: string): Promise<void> {
  try {
    await Deno.remove(pathIn(dataDir));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function pathIn(dataDir: string): string {
  return `${dataDir}/node.json`;
}

function isAnnouncement(value: unknown): value is Announcement {
  return typeof value === "object" && value !== null &&
    "pid" in value && typeof value.pid === "number" &&
    "url" in value && (value.url === null || typeof value.url === "string");
}
