import assert from "node:assert/strict";
import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import { sha256 } from "multiformats/hashes/sha2";
import {
  type BlockStoreOptions,
  type ClosableBlockStore,
  openBlockStore,
} from "../../resolver/node/block_store.ts";
import { temporaryFolder } from "./temporary.ts";

/** A block store of a test; closed when the scope ends. */
export interface TestBlocks extends AsyncDisposable {
  readonly store: ClosableBlockStore;
  /** Where the blocks lie. */
  readonly path: string;
  /** Closes it and opens it again, with these options. */
  reopen(options?: Partial<BlockStoreOptions>): Promise<ClosableBlockStore>;
}

/** A block store in a folder of its own, its index beside it. Whatever it reports fails the test. */
export async function temporaryBlocks(
  options: Partial<BlockStoreOptions> = {},
): Promise<TestBlocks> {
  const folder = await temporaryFolder();
  const path = `${folder.path}/blocks`;
  const open = (more: Partial<BlockStoreOptions> = {}) =>
    openBlockStore({
      folder: path,
      index: `${folder.path}/blocks.sqlite`,
      report: assert.fail,
      ...options,
      ...more,
    });
  let store = await open();
  return {
    get store() {
      return store;
    },
    path,
    async reopen(more) {
      await store.close();
      return store = await open(more);
    },
    async [Symbol.asyncDispose]() {
      await store.close();
      await folder[Symbol.asyncDispose]();
    },
  };
}

/** The bytes as a raw block. */
export async function blockOf(bytes: Uint8Array<ArrayBuffer>) {
  return { cid: CID.createV1(raw.code, await sha256.digest(bytes)), bytes };
}

/** Different blocks of one page of the disk each. */
export function someBlocks(count: number, seed = 0) {
  return Promise.all(Array.from({ length: count }, (_, i) => blockOf(new Uint8Array([i, seed]))));
}

/** The file of a block. */
export function blockPath(folder: string, cid: CID): string {
  return `${folder}/${cid.toString().slice(-2)}/${cid}`;
}
