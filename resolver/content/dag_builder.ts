import type { BufferImporter, ImportResult, WritableStorage } from "ipfs-unixfs-importer";
import { CID } from "multiformats/cid";
import * as raw from "multiformats/codecs/raw";
import { sha256 } from "multiformats/hashes/sha2";
import { OurSpaceError } from "../../schemas/errors.ts";
import type { Call } from "../contracts.ts";
import { createFileLayout } from "./file_layout.ts";

/**
 * Bytes of one leaf: 1 MiB, as in the `unixfs-v1-2025` profile (IPIP-499), so that Kubo with that
 * profile gives the same CIDs. It is also the largest file that is one raw block.
 */
export const CHUNK_BYTES = 1_048_576;

/** Files × leaves that are in memory at once: 4 × 2 MiB, whatever the size of the content. */
const FILES_AT_ONCE = 2;
const LEAVES_AT_ONCE = 2;

/** A file that is to be published. The builder reads it in pieces, and again when a block is asked for. */
export interface SourceFile {
  /** Relative, with `/` between its parts. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** The bytes from `start` to `end`, which is exclusive; fewer when the file has become shorter. */
  read(start: number, end: number, call: Call): Promise<Uint8Array<ArrayBuffer>>;
}

/** A block of the content, with its name. */
export interface DagBlock {
  readonly cid: CID;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Content as IPFS blocks, without a copy of it: nodes are kept in memory (about 50 bytes a MiB or a
 * directory entry), leaves stay in the files and are read, and hashed again, when they are needed.
 */
export interface Dag {
  readonly root: CID;
  readonly blockCount: number;
  /** Bytes of all blocks. */
  readonly byteCount: number;
  /** `null`: not part of this DAG. Throws OurSpaceError when the file behind it has changed. */
  get(cid: CID, call: Call): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Every block once; the root is the last. Throws like `get`. */
  blocks(call: Call): AsyncIterable<DagBlock>;
}

/** Where the bytes of a block are: in memory (nodes), or a piece of a file (leaves). */
type Held = Uint8Array<ArrayBuffer> | Leaf;

interface Leaf {
  readonly file: SourceFile;
  readonly start: number;
  readonly end: number;
}

/** Is told of every piece that was read and hashed: its size in bytes. */
type ReadListener = (bytes: number) => void;

/** The DAG of one file: a raw block up to 1 MiB, else UnixFS over raw leaves. */
export function buildFileDag(file: SourceFile, call: Call, onRead?: ReadListener): Promise<Dag> {
  return buildDag([file], false, call, onRead);
}

/**
 * The DAG of a folder: a UnixFS directory, each directory over 256 KiB sharded (HAMT). The order of
 * the files means nothing; there are no empty folders in it.
 */
export function buildFolderDag(
  files: readonly SourceFile[],
  call: Call,
  onRead?: ReadListener,
): Promise<Dag> {
  return buildDag(files, true, call, onRead);
}

async function buildDag(
  files: readonly SourceFile[],
  asFolder: boolean,
  call: Call,
  onRead: ReadListener = () => {},
): Promise<Dag> {
  const { importer } = await import("ipfs-unixfs-importer");
  const blocks = new Map<string, { cid: CID; held: Held }>();
  const keep = (cid: CID, held: Held) => blocks.set(cid.toString(), { cid, held });

  let root: ImportResult | undefined;
  const candidates = files.map((file) => ({ path: file.path, content: chunks(file, call) }));
  const results = importer(candidates, nodeStore(keep), {
    profile: "unixfs-v1-2025",
    layout: await createFileLayout(keep),
    wrapWithDirectory: asFolder,
    chunker: (source) => source,
    bufferImporter: leafImporter(files, (cid, leaf) => {
      keep(cid, leaf);
      onRead(leaf.end - leaf.start);
    }),
    fileImportConcurrency: FILES_AT_ONCE,
    blockWriteConcurrency: LEAVES_AT_ONCE,
  });
  for await (const result of results) root = result;
  if (root === undefined) throw new OurSpaceError("There is no file to publish.");
  return createDag(root.cid, [...blocks.values()]);
}

async function* chunks(file: SourceFile, call: Call): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  let start = 0;
  do {
    const end = Math.min(start + CHUNK_BYTES, file.size);
    yield await readExactly({ file, start, end }, call);
    start = end;
  } while (start < file.size);
}

async function readExactly(leaf: Leaf, call: Call): Promise<Uint8Array<ArrayBuffer>> {
  call.signal.throwIfAborted();
  const bytes = await leaf.file.read(leaf.start, leaf.end, call);
  if (bytes.byteLength !== leaf.end - leaf.start) throw changedError(leaf.file);
  return bytes;
}

/** Hashes leaves and remembers where they are, in place of the importer's own, which stores them. */
function leafImporter(
  files: readonly SourceFile[],
  keep: (cid: CID, leaf: Leaf) => void,
): BufferImporter {
  const filesByPath = new Map(files.map((file) => [file.path, file]));
  return async function* ({ path = "", content }) {
    const file = filesByPath.get(path);
    if (file === undefined) throw new Error(`The importer asks for an unknown file: ${path}`);
    let end = 0;
    for await (const block of content) {
      const start = end;
      end += block.byteLength;
      const leaf: Leaf = { file, start, end };
      yield async () => {
        const cid = CID.createV1(raw.code, await sha256.digest(block));
        keep(cid, leaf);
        return { cid, block, size: BigInt(block.byteLength) };
      };
    }
  };
}

function nodeStore(keep: (cid: CID, node: Uint8Array<ArrayBuffer>) => void): WritableStorage {
  return {
    put(cid, node) {
      if (!(node instanceof Uint8Array)) throw new Error("The importer stores a node in pieces");
      keep(cid, Uint8Array.from(node));
      return cid;
    },
  };
}

function createDag(root: CID, stored: readonly { cid: CID; held: Held }[]): Dag {
  const byCid = new Map(stored.map(({ cid, held }) => [cid.toString(), held]));
  return {
    root,
    blockCount: stored.length,
    byteCount: stored.reduce((sum, { held }) => sum + size(held), 0),
    async get(cid, call) {
      const held = byCid.get(cid.toString());
      return held === undefined ? null : await load(cid, held, call);
    },
    async *blocks(call) {
      for (const { cid, held } of stored) yield { cid, bytes: await load(cid, held, call) };
    },
  };
}

function size(held: Held): number {
  return held instanceof Uint8Array ? held.byteLength : held.end - held.start;
}

async function load(cid: CID, held: Held, call: Call): Promise<Uint8Array<ArrayBuffer>> {
  if (held instanceof Uint8Array) return held;
  const bytes = await readExactly(held, call);
  if (!CID.createV1(raw.code, await sha256.digest(bytes)).equals(cid)) {
    throw changedError(held.file);
  }
  return bytes;
}

function changedError(file: SourceFile): OurSpaceError {
  return new OurSpaceError(`${file.path} changed while it was being published.`, {
    remedy: "Publish again when nothing writes to it any more.",
  });
}
