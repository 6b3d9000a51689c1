import { OurSpaceError } from "../../schemas/errors.ts";
import type { Clock } from "../contracts.ts";
import { openFollowList } from "../keeping/follow_list.ts";
import { openAdminToken } from "./admin_token.ts";
import { removeAnnouncement, writeAnnouncement } from "./announcement.ts";
import { openBlockStore } from "./block_store.ts";
import { type FolderLock, lockFolder } from "./folder_lock.ts";
import { createKeyValueStore } from "./key_value_store.ts";
import type { Node } from "./node.ts";
import { createPointerStore } from "./pointer_store.ts";
import { openOrReplace, startSaving } from "./repair.ts";
import { DEFAULT_BLOCK_BYTES, DEFAULT_QUOTA, type Quota } from "./settings.ts";
import { createGuard } from "./statements.ts";

/** What a node needs of its surroundings. */
export interface NodeOptions {
  /** Made when it is missing, owner-only. */
  readonly dataDir: string;
  /** Told about damage that the node repaired by itself. */
  readonly report: (problem: string) => void;
  readonly randomBytes?: (length: number) => Uint8Array;
  readonly clock?: Clock;
  /** From 0 up to 1. */
  readonly random?: () => number;
  readonly quota?: Quota;
  /** What the blocks may take on the disk. */
  readonly maxBlockBytes?: number;
}

/**
 * Opens the node that lives in a data folder. Throws FolderInUseError when another process holds it,
 * and an OurSpaceError when the folder cannot be used. A damaged database is replaced by a new one,
 * into which what can be saved of it comes while the node runs; both are reported.
 */
export async function openNode(options: NodeOptions): Promise<Node> {
  const { dataDir } = options;
  try {
    await Deno.mkdir(dataDir, { recursive: true, mode: 0o700 });
    const lock = await lockFolder(dataDir);
    return await openLocked(options, lock).catch(async (error) => {
      await removeAnnouncement(dataDir);
      lock.release();
      throw error;
    });
  } catch (cause) {
    if (cause instanceof OurSpaceError) throw cause;
    throw new OurSpaceError(`The data folder ${dataDir} cannot be used.`, {
      remedy: "Let this program write to it, or choose another folder with DATA_DIR.",
      cause,
    });
  }
}

async function openLocked(options: NodeOptions, lock: FolderLock): Promise<Node> {
  const {
    dataDir,
    report,
    randomBytes = secureRandomBytes,
    clock = Date.now,
    random = Math.random,
    quota = DEFAULT_QUOTA,
  } = options;
  await writeAnnouncement(dataDir, { pid: Deno.pid, url: null });
  const adminToken = await openAdminToken(dataDir, randomBytes);
  const path = `${dataDir}/pointers.sqlite`;
  const database = await openOrReplace(path, { randomBytes, clock, report });
  const blocks = await openBlockStore({
    folder: `${dataDir}/blocks`,
    index: `${dataDir}/blocks.sqlite`,
    maxBytes: options.maxBlockBytes ?? DEFAULT_BLOCK_BYTES,
    report,
    clock,
  });
  const pointers = createPointerStore(database, { clock, random, report, quota });
  const keyValues = createKeyValueStore(database.connection, createGuard(report));
  const stopping = new AbortController();
  const { signal } = stopping;
  const saving = await startSaving(path, database, { pointers, keyValues, clock, report, signal });
  let closing: Promise<void> | undefined;

  async function close(): Promise<void> {
    stopping.abort();
    await saving.done;
    await blocks.close();
    pointers.close();
    database.connection.close();
    await removeAnnouncement(dataDir);
    lock.release();
  }

  return {
    pointers,
    blocks,
    keyValues,
    follows: openFollowList({ keyValues, clock }),
    dataDir,
    adminToken,
    announce: (url) => writeAnnouncement(dataDir, { pid: Deno.pid, url }),
    close: () => closing ??= close(),
  };
}

function secureRandomBytes(length: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(length));
}
