import type { CID } from "multiformats/cid";
import { isHashed } from "../content/cid.ts";
import { contentLimits } from "../content/limits.ts";
import { verifyContent } from "../content/verified.ts";
import { ContentWrongError } from "../errors.ts";
import type { BlockStore } from "./node.ts";
import { replaceFile } from "./replace_file.ts";

/** Where a block is written before it gets its name. Emptied at the start: leftovers of a killed process. */
const INCOMING = "incoming";

/** Where the blocks lie, and who is told of damage. */
export interface BlockStoreOptions {
  readonly folder: string;
  /** Told when a block on the disk turned out to be damaged and was removed. */
  readonly report: (problem: string) => void;
}

/**
 * Blocks as files, `<last two characters of the CID>/<CID>`: 256 folders, about 400 files in each at
 * 100,000 blocks. `get` hashes what it read, so bit rot is a missing block, never a wrong one.
 */
export async function openBlockStore({ folder, report }: BlockStoreOptions): Promise<BlockStore> {
  await Deno.remove(`${folder}/${INCOMING}`, { recursive: true }).catch(ignoreNotFound);
  await Deno.mkdir(`${folder}/${INCOMING}`, { recursive: true, mode: 0o700 });
  let writes = 0;

  async function get(cid: CID): Promise<Uint8Array<ArrayBuffer> | null> {
    const path = pathOf(folder, cid);
    const bytes = await Deno.readFile(path).catch(ignoreNotFound);
    if (bytes === undefined) return null;
    if (await isBlock(cid, bytes)) return bytes;
    await Deno.remove(path).catch(ignoreNotFound);
    report(`Block ${cid} was damaged on the disk and has been removed.`);
    return null;
  }

  return {
    get,

    async has(cid: CID): Promise<boolean> {
      const info = await Deno.stat(pathOf(folder, cid)).catch(ignoreNotFound);
      return info?.isFile ?? false;
    },

    async put(cid: CID, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
      if (bytes.length > contentLimits.blockBytes) {
        throw new ContentWrongError(
          `Block ${cid} has ${bytes.length} bytes; the limit is ${contentLimits.blockBytes}.`,
        );
      }
      if (!await isBlock(cid, bytes)) {
        throw new ContentWrongError(`The bytes given for block ${cid} do not have its hash.`);
      }
      // Reading and hashing it again (1 ms for 1 MiB) is cheaper than a write that is synced.
      if (await get(cid) !== null) return;
      const path = pathOf(folder, cid);
      await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true, mode: 0o700 });
      writes += 1;
      await replaceFile(path, bytes, `${folder}/${INCOMING}/${writes}`);
    },
  };
}

function pathOf(folder: string, cid: CID): string {
  const name = cid.toV1().toString();
  return `${folder}/${name.slice(-2)}/${name}`;
}

/** False for another hash than sha2-256 too: what cannot be checked, or is in its CID, is not held. */
async function isBlock(cid: CID, bytes: Uint8Array<ArrayBuffer>): Promise<boolean> {
  return isHashed(cid) && await verifyContent(cid, bytes) !== null;
}

function ignoreNotFound(error: unknown): undefined {
  if (error instanceof Deno.errors.NotFound) return undefined;
  throw error;
}
