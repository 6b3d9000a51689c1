import { fixedSize } from "ipfs-unixfs-importer/chunker";
import { importer, type ImporterOptions } from "ipfs-unixfs-importer";
import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import { sha256 } from "multiformats/hashes/sha2";
import type { BlockSource } from "../../resolver/contracts.ts";

/** Blocks by the text of their CIDv1. */
export type Blocks = Map<string, Uint8Array<ArrayBuffer>>;

export interface Tree {
  readonly root: CID;
  readonly blocks: Blocks;
}

/** The bytes as one raw block. */
export async function rawTree(bytes: Uint8Array<ArrayBuffer>): Promise<Tree> {
  const root = CID.createV1(raw.code, await sha256.digest(bytes));
  return { root, blocks: new Map([[root.toString(), bytes]]) };
}

/** One file as UnixFS, in chunks of so many bytes. */
export async function fileTree(
  bytes: Uint8Array,
  options: { chunkBytes?: number } & ImporterOptions = {},
): Promise<Tree> {
  const { chunkBytes = 1_024, ...others } = options;
  return await importTree([{ content: bytes }], {
    chunker: fixedSize({ chunkSize: chunkBytes }),
    ...others,
  });
}

/** A folder with these files by path. */
export async function folderTree(
  files: Readonly<Record<string, string | Uint8Array>>,
  options: ImporterOptions = {},
): Promise<Tree> {
  const candidates = Object.entries(files).map(([path, content]) => ({
    path,
    content: typeof content === "string" ? new TextEncoder().encode(content) : content,
  }));
  return await importTree(candidates, { wrapWithDirectory: true, ...options });
}

async function importTree(
  candidates: { path?: string; content: Uint8Array }[],
  options: ImporterOptions,
): Promise<Tree> {
  const blocks: Blocks = new Map();
  const store = {
    put(cid: CID, bytes: Uint8Array | AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
      if (!(bytes instanceof Uint8Array)) throw new Error("The importer stores a block in pieces");
      blocks.set(cid.toV1().toString(), Uint8Array.from(bytes));
      return cid;
    },
  };
  let root: CID | undefined;
  for await (const { cid } of importer(candidates, store, options)) root = cid;
  if (root === undefined) throw new Error("Nothing was imported");
  return { root, blocks };
}

export interface FakeSource extends BlockSource {
  /** The CIDs that it was asked for, in order. */
  readonly asked: string[];
  /** How many questions were abandoned by their askers. */
  abandoned: number;
}

/** What a source of a test does with a question; the signal is the asker's. */
export type Behaviour = (cid: CID, signal: AbortSignal) => ReturnType<BlockSource["get"]>;

export function fakeSource(id: string, behaviour: Behaviour, local = false): FakeSource {
  const source: FakeSource = {
    id,
    local,
    asked: [],
    abandoned: 0,
    get(cid, { signal }) {
      source.asked.push(cid.toString());
      signal.addEventListener("abort", () => source.abandoned++, { once: true });
      return behaviour(cid, signal);
    },
  };
  return source;
}

/** Gives the blocks that it has, at once. */
export function holding(blocks: Blocks): Behaviour {
  return (cid) => Promise.resolve(blocks.get(cid.toString()) ?? null);
}

/** Gives each block with one bit changed. */
export function forging(blocks: Blocks): Behaviour {
  return (cid) => {
    const bytes = blocks.get(cid.toString())?.slice() ?? new Uint8Array(1);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    return Promise.resolve(bytes);
  };
}

/** Never answers, and does not care about the signal. */
export const silent: Behaviour = () => new Promise(() => {});

export const failing: Behaviour = () => Promise.reject(new Error("The test's source fails"));
