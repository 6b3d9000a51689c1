import type { PBLink } from "@ipld/dag-pb";
import type { CID } from "multiformats/cid";
import { ContentWrongError } from "../errors.ts";
import { DAG_PB, RAW } from "./cid.ts";
import type { VerifiedContent } from "./content.ts";
import { countLinks } from "./count_links.ts";
import type { ContentLimits } from "./limits.ts";
import { decodeUnixfsData, UNIXFS_TYPE, type UnixfsData } from "./unixfs_data.ts";
import { slice } from "./verified.ts";

/** A file, or a part of one: bytes of its own, then the parts that its links hold. */
export interface FileNode {
  readonly kind: "file";
  readonly data: VerifiedContent;
  readonly parts: readonly { readonly cid: CID; readonly size: number }[];
  /** Of all, as the node says; each part is held to it when it is read. */
  readonly size: number;
}

/** An entry of a folder, or of a shard. */
export interface Link {
  readonly name: string;
  readonly cid: CID;
}

/** A folder in one block. */
export interface FolderNode {
  readonly kind: "folder";
  readonly links: readonly Link[];
}

/** A piece of a folder that is spread by the hashes of its names (HAMT). */
export interface ShardNode {
  readonly kind: "shard";
  readonly links: readonly Link[];
  /** Places in the shard: a power of two. */
  readonly fanout: number;
}

/** What a block can mean. */
export type UnixfsNode = FileNode | FolderNode | ShardNode;

/** How many hexadecimal digits, a place's number, begin the name of each link in a shard. */
export function shardDigits(fanout: number): number {
  return (fanout - 1).toString(16).length;
}

/** Kubo makes 256 and reads up to 1,024. */
const MAX_FANOUT = 1_024;

/**
 * What a verified block means in UnixFS. A raw block is a file, or a leaf of one.
 * Throws ContentWrongError for what is no UnixFS, and for symbolic links, which are not followed.
 */
export async function decodeNode(
  cid: CID,
  block: VerifiedContent,
  { nodeLinks, inlineBytes }: Pick<ContentLimits, "nodeLinks" | "inlineBytes">,
): Promise<UnixfsNode> {
  if (cid.code === RAW) return { kind: "file", data: block, parts: [], size: block.length };
  if (cid.code !== DAG_PB) throw wrong(cid, "it is neither a file nor a folder");
  if (countLinks(block) > nodeLinks) throw wrong(cid, `it has more than ${nodeLinks} links`);
  const dagPb = await import("@ipld/dag-pb");
  let links: readonly PBLink[];
  let entry: UnixfsData;
  try {
    const { Data, Links } = dagPb.decode(block);
    if (Data === undefined) throw new RangeError("The node has no data");
    links = Links;
    entry = decodeUnixfsData(Data, nodeLinks);
  } catch (cause) {
    throw wrong(cid, "it is no UnixFS", cause);
  }
  // A block inside its CID can be a node with such a link again: 600 levels in one block took 25 s.
  if (links.some(({ Hash }) => Hash.multihash.digest.length > inlineBytes)) {
    throw wrong(cid, "the CID of a link is too long");
  }
  switch (entry.type) {
    case UNIXFS_TYPE.file:
    case UNIXFS_TYPE.raw:
      return fileNode(cid, block, entry, links);
    case UNIXFS_TYPE.folder:
      return { kind: "folder", links: links.map(toLink) };
    case UNIXFS_TYPE.shard:
      return { kind: "shard", links: links.map(toLink), fanout: fanoutOf(cid, entry) };
    case UNIXFS_TYPE.symlink:
      throw wrong(cid, "it is a symbolic link, which is not followed");
    default:
      throw wrong(cid, "it is neither a file nor a folder");
  }
}

/**
 * What lies directly under a block: nothing under one that is no UnixFS, because nobody can say where it
 * leads.
 */
export async function linksUnder(
  cid: CID,
  block: VerifiedContent,
  limits: ContentLimits,
): Promise<readonly CID[]> {
  try {
    const node = await decodeNode(cid, block, limits);
    return (node.kind === "file" ? node.parts : node.links).map(({ cid }) => cid);
  } catch (error) {
    if (error instanceof ContentWrongError) return [];
    throw error;
  }
}

function fileNode(
  cid: CID,
  block: VerifiedContent,
  { data: view, blockSizes }: UnixfsData,
  links: readonly PBLink[],
): FileNode {
  if (links.length !== blockSizes.length) throw wrong(cid, "its links and sizes do not match");
  const data = within(block, view);
  const parts = links.map((link, index) => ({ cid: link.Hash, size: blockSizes[index] ?? 0 }));
  return {
    kind: "file",
    data,
    parts,
    size: parts.reduce((sum, { size }) => sum + size, data.length),
  };
}

/** The decoders give views of the block: what they point at was verified with it. */
function within(block: VerifiedContent, view: Uint8Array): VerifiedContent {
  if (view.length === 0) return slice(block, 0, 0);
  if (view.buffer !== block.buffer) throw new Error("The dag-pb decoder copied the data");
  const start = view.byteOffset - block.byteOffset;
  return slice(block, start, start + view.length);
}

function fanoutOf(cid: CID, { fanout }: UnixfsData): number {
  const isPowerOfTwo = Number.isInteger(Math.log2(fanout));
  if (!isPowerOfTwo || fanout < 2 || fanout > MAX_FANOUT) {
    throw wrong(cid, "it is a folder of an unknown form");
  }
  return fanout;
}

function toLink({ Name, Hash }: PBLink): Link {
  return { name: Name ?? "", cid: Hash };
}

function wrong(cid: CID, reason: string, cause?: unknown): ContentWrongError {
  return new ContentWrongError(`The content at ${cid} cannot be read: ${reason}.`, { cause });
}
