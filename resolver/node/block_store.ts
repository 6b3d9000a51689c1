import type { CID } from "multiformats/cid";
import { isHashed } from "../content/cid.ts";
import { contentLimits } from "../content/limits.ts";
import { verifyContent } from "../content/verified.ts";
import type { Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import { ContentWrongError, NoRoomError } from "../errors.ts";
import { openBlockDatabase } from "./block_database.ts";
import { createBlockIndex } from "./block_index.ts";
import { ignoreNotFound } from "./ignore_not_found.ts";
import type { BlockUsage, PinningBlockStore } from "./node.ts";
import { createPins } from "./pins.ts";
import { replaceFile, syncFile } from "./replace_file.ts";
import { scanBlocks } from "./scan_blocks.ts";
import { DEFAULT_BLOCK_BYTES } from "./settings.ts";

/** Where a block is written before it gets its name. Emptied at the start: leftovers of a killed process. */
const INCOMING = "incoming";

/** Where the blocks lie, what they may take, and who is told of damage. */
export interface BlockStoreOptions {
  readonly folder: string;
  /** The database that knows them: a file, or `:memory:`. */
  readonly index: string;
  readonly maxBytes?: number;
  /** Told when a block on the disk turned out to be damaged and was removed, or the index. */
  readonly report: (problem: string) => void;
  readonly clock?: Clock;
  readonly alarm?: Alarm;
}

/** A block store that is closed with the node. */
export interface ClosableBlockStore extends PinningBlockStore {
  /** An orderly end, after which the next start need not look at every file. Twice is once. */
  close(): Promise<void>;
}

/**
 * Blocks as files, `<last two characters of the CID>/<CID>`: 1,024 folders, about 100 files in each at
 * 100,000 blocks. `get` hashes what it read, so bit rot is a missing block, never a wrong one. An index
 * beside them counts them and knows which are pinned; without it they are as good as before.
 */
export async function openBlockStore(options: BlockStoreOptions): Promise<ClosableBlockStore> {
  const { folder, maxBytes = DEFAULT_BLOCK_BYTES, report, clock = Date.now } = options;
  await Deno.remove(`${folder}/${INCOMING}`, { recursive: true }).catch(ignoreNotFound);
  await Deno.mkdir(`${folder}/${INCOMING}`, { recursive: true, mode: 0o700 });
  const database = await openBlockDatabase(options.index, report);
  const index = createBlockIndex({
    ...options,
    database,
    maxBytes,
    clock,
    removeFile: (name) => removeFile(pathOf(folder, name)),
  });
  const pins = createPins(database, { index, clock });
  /** What goes on with each block's file, the last of it. */
  const writing = new Map<string, Promise<unknown>>();
  const closing = new AbortController();
  let writes = 0;
  /** Every file has a row. */
  let isIndexed = !database.doubtful;

  async function get(cid: CID): Promise<Uint8Array<ArrayBuffer> | null> {
    const name = nameOf(cid);
    if (isAbsent(name)) return null;
    const { block, damaged } = await read(name, cid);
    if (block !== null) return block;
    // Whoever is writing it mends it by itself.
    if (!(damaged || isKnown(name) === true) || writing.has(name)) return null;
    return await exclusively(name, () => readOrForget(name, cid));
  }

  async function read(name: string, cid: CID) {
    const bytes = await Deno.readFile(pathOf(folder, name)).catch(ignoreNotFound);
    if (bytes === undefined) return { block: null, damaged: false };
    if (!isBlock(cid, bytes)) return { block: null, damaged: true };
    index.used(name);
    return { block: bytes, damaged: false };
  }

  /** In its turn alone: what was seen before may have been replaced meanwhile. */
  async function readOrForget(name: string, cid: CID): Promise<Uint8Array<ArrayBuffer> | null> {
    const { block, damaged } = await read(name, cid);
    if (block !== null) return block;
    if (damaged) {
      await Deno.remove(pathOf(folder, name)).catch(ignoreNotFound);
      report(`Block ${cid} was damaged on the disk and has been removed.`);
    }
    forget(name);
    return null;
  }

  /** What is not there needs no row. Reading goes on when the index fails. */
  function forget(name: string): void {
    try {
      if (index.size(name) !== null) index.lost(name);
    } catch {
      // It was reported.
    }
  }

  function isKnown(name: string): boolean | null {
    try {
      return index.size(name) !== null;
    } catch {
      return null;
    }
  }

  /** Sure to be so, at a twelfth of what it takes to look for a file that is not there. */
  function isAbsent(name: string): boolean {
    return isIndexed && isKnown(name) === false;
  }

  /**
   * What is not pinned need not survive a power cut: it can be fetched again, and `get` sees damage. That
   * saves 2 ms of 3 for a block, and a film is many.
   */
  async function write(
    name: string,
    cid: CID,
    bytes: Uint8Array<ArrayBuffer>,
    durable: boolean,
  ): Promise<void> {
    // Reading and hashing it again (1 ms for 1 MiB) is cheaper than a write.
    if (!isAbsent(name) && await readOrForget(name, cid) !== null) {
      if (durable) await syncFile(pathOf(folder, name));
      return found(name, bytes);
    }
    if (!index.admit(name, bytes.length)) throw noRoom(index.usage());
    const path = pathOf(folder, name);
    const temporary = `${folder}/${INCOMING}/${writes++}`;
    const put = () => replaceFile(path, bytes, { temporary, durable });
    try {
      await put().catch(async (error) => {
        ignoreNotFound(error);
        // The folder's first.
        await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
        await put();
      });
    } catch (error) {
      forget(name);
      throw error;
    }
    // When room was needed meanwhile, the row is gone.
    if (isKnown(name) === false) found(name, bytes);
  }

  function found(cid: string, { length }: Uint8Array): void {
    index.found([{ cid, length, usedAt: clock() }]);
  }

  async function scan(): Promise<void> {
    const { signal } = closing;
    try {
      if (database.doubtful) await scanBlocks(folder, index, { signal });
      isIndexed = true;
      // Where there is nothing, nothing can be missed.
      if (index.usage().blocks === 0) index.settle();
    } catch (error) {
      if (signal.aborted) return;
      const words = error instanceof Error ? error.message : String(error);
      report(`The folder of blocks could not be compared with its index: ${words}`);
    }
  }

  async function close(): Promise<void> {
    closing.abort();
    await scanned;
    // Whoever writes behind a visitor's back begins the next one when one has ended.
    while (writing.size > 0) await Promise.allSettled(writing.values());
    // A comparison that was cut short, or failed, is the next start's.
    index.close({ isWhole: isIndexed });
  }

  const scanned = scan();
  let closed: Promise<void> | undefined;
  return {
    get,

    async has(cid: CID): Promise<boolean> {
      const info = await Deno.stat(pathOf(folder, nameOf(cid))).catch(ignoreNotFound);
      return info?.isFile ?? false;
    },

    async put(cid: CID, bytes: Uint8Array<ArrayBuffer>, root?: CID): Promise<void> {
      if (bytes.length > contentLimits.blockBytes) {
        throw new ContentWrongError(
          `Block ${cid} has ${bytes.length} bytes; the limit is ${contentLimits.blockBytes}.`,
        );
      }
      if (!isBlock(cid, bytes)) {
        throw new ContentWrongError(`The bytes given for block ${cid} do not have its hash.`);
      }
      if (root !== undefined) pins.add(root, cid);
      const name = nameOf(cid);
      const durable = root !== undefined;
      await exclusively(name, () => write(name, cid, bytes, durable));
    },

    async pin(cid: CID, root: CID): Promise<boolean> {
      const name = nameOf(cid);
      pins.add(root, cid);
      return await exclusively(name, async () => {
        // Not synced until now, it may have lost bytes in a power cut. Reading it takes less than syncing it.
        if (await readOrForget(name, cid) === null) return false;
        await syncFile(pathOf(folder, name));
        return true;
      });
    },

    pins,
    size: (cid) => index.size(nameOf(cid)),
    usage: index.usage,
    scanned,

    close: () => closed ??= close(),
  };

  /** One after the other for each block. */
  function exclusively<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = writing.get(name) ?? Promise.resolve();
    const turn = before.catch(() => {}).then(work).finally(() => {
      if (writing.get(name) === turn) writing.delete(name);
    });
    writing.set(name, turn);
    return turn;
  }
}

function nameOf(cid: CID): string {
  return cid.toV1().toString();
}

function pathOf(folder: string, name: string): string {
  return `${folder}/${name.slice(-2)}/${name}`;
}

/** False for another hash than sha2-256 too: what cannot be checked, or is in its CID, is not held. */
function isBlock(cid: CID, bytes: Uint8Array<ArrayBuffer>): boolean {
  return isHashed(cid) && verifyContent(cid, bytes) !== null;
}

function removeFile(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    ignoreNotFound(error);
  }
}

function noRoom({ maxBytes, pinnedBytes }: BlockUsage): NoRoomError {
  return new NoRoomError(
    `The block store is full: of ${maxBytes} bytes, ${pinnedBytes} are published or followed here.`,
    { remedy: "Raise MAX_BLOCK_BYTES, or follow fewer." },
  );
}
