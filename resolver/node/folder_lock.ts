import { OurSpaceError } from "../../schemas/errors.ts";
import { type Announcement, readAnnouncement } from "./announcement.ts";

/** Another process holds the data folder. `holder` is null when it has not said yet who it is. */
export class FolderInUseError extends OurSpaceError {
  override name = "FolderInUseError";
  readonly holder: Announcement | null;

  constructor(dataDir: string, holder: Announcement | null) {
    const who = holder === null
      ? "another process"
      : `process ${holder.pid}${holder.url === null ? "" : `, which answers at ${holder.url}`}`;
    super(`The data folder ${dataDir} is in use by ${who}.`, {
      remedy: "End that process first, or choose another folder with DATA_DIR.",
    });
    this.holder = holder;
  }
}

/** The right to write in a data folder, held until it is released or the process dies. */
export interface FolderLock {
  release(): void;
}

/**
 * Takes the folder for this process, without waiting: of several that try at once exactly one wins.
 * The lock is the operating system's (flock), which frees it when the process is killed.
 * Throws FolderInUseError.
 */
export async function lockFolder(dataDir: string): Promise<FolderLock> {
  const file = await Deno.open(`${dataDir}/lock`, { create: true, write: true, mode: 0o600 });
  let held = false;
  try {
    held = await file.tryLock(true);
  } finally {
    if (!held) file.close();
  }
  if (!held) throw new FolderInUseError(dataDir, await readAnnouncement(dataDir));
  return { release: () => file.close() };
}
