import type { Call } from "../contracts.ts";
import type { BlockIndex, FoundFile } from "./block_index.ts";
import { ignoreNotFound } from "./ignore_not_found.ts";

/** A CIDv1 in base32 with a whole SHA-256 digest: a letter for the base, and 36 bytes. */
const BLOCK_NAME = /^b[a-z2-7]{58}$/;

/** Rows that are compared at a time. */
const PAGE = 500;

/**
 * Compares the index with the folder: files without a row get one, rows without a file go. Some 40 s for
 * 100,000 files on a busy machine, in the background. Throws the signal's reason.
 */
export async function scanBlocks(folder: string, index: BlockIndex, call: Call): Promise<void> {
  for await (const { name: place, isDirectory } of Deno.readDir(folder)) {
    if (!isDirectory || place.length !== 2) continue;
    const files: FoundFile[] = [];
    for await (const { name: cid, isFile } of Deno.readDir(`${folder}/${place}`)) {
      call.signal.throwIfAborted();
      if (!isFile || !BLOCK_NAME.test(cid) || !cid.endsWith(place)) continue;
      if (index.size(cid) !== null) continue;
      const info = await Deno.stat(`${folder}/${place}/${cid}`).catch(ignoreNotFound);
      if (info === undefined) continue;
      // When it was last read is not known any more: when it came is the next best.
      files.push({ cid, length: info.size, usedAt: info.mtime?.getTime() ?? 0 });
    }
    index.found(files);
  }
  for (let names = index.page("", PAGE); names.length > 0;) {
    for (const name of names) {
      call.signal.throwIfAborted();
      const path = `${folder}/${name.slice(-2)}/${name}`;
      const isThere = await Deno.stat(path).then(() => true).catch(ignoreNotFound);
      // A block may have been written meanwhile, which would never be looked for without its row.
      if (isThere === undefined && isMissing(path)) index.lost(name);
    }
    names = index.page(names.at(-1) ?? "", PAGE);
  }
}

/** Not asynchronous: whoever puts a block in place looks for its row only after what follows from this. */
function isMissing(path: string): boolean {
  try {
    Deno.statSync(path);
    return false;
  } catch (error) {
    ignoreNotFound(error);
    return true;
  }
}
