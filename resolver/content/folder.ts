import type { CID } from "multiformats/cid";
import type { Call } from "../contracts.ts";
import { ContentWrongError } from "../errors.ts";
import { refusedContent } from "../rules/refusals.ts";
import { RAW } from "./cid.ts";
import type { VerifiedFile, VerifiedFolder } from "./content.ts";
import { createFile, type FileContext } from "./file.ts";
import { findInShards } from "./hamt.ts";
import type { Reading } from "./reading.ts";
import type { FolderNode, ShardNode, UnixfsNode } from "./unixfs.ts";

/** What folders of one reader share. */
export interface FolderContext extends FileContext {
  /** Begins a task that may load as many blocks as finding a path needs. */
  startLookup(call: Call): Reading;
}

/** A folder of verified content. */
export function createFolder(
  cid: CID,
  root: FolderNode | ShardNode,
  context: FolderContext,
): VerifiedFolder {
  return {
    kind: "folder",
    cid,
    async find(path, call) {
      if (path.length > context.limits.pathCharacters) return null;
      const names = path.split("/");
      if (names.length > context.limits.pathDepth) return null;
      if (context.rules.refusesPath(cid, path)) throw refusedContent();
      const reading = context.startLookup(call);
      const found = await findLink(root, names, reading);
      return found === null ? null : await openEntry(found, names.at(-1) ?? "", reading, context);
    },
  };
}

/** The file or folder that a CID names. A raw block is a file, which is known without loading it. */
export async function openEntry(
  cid: CID,
  name: string,
  reading: Reading,
  context: FolderContext,
): Promise<VerifiedFile | VerifiedFolder> {
  if (context.rules.refusesBlock(cid)) throw refusedContent();
  if (cid.code === RAW) return createFile(cid, name, null, context);
  const node = await reading.loadNode(cid);
  return node.kind === "file"
    ? createFile(cid, name, node, context)
    : createFolder(cid, node, context);
}

/** What lies at the path under a node, not loaded yet, or null. */
export async function findLink(
  node: UnixfsNode,
  [name, ...names]: readonly string[],
  reading: Reading,
): Promise<CID | null> {
  if (node.kind === "file" || name === undefined || name === "") return null;
  const cid = node.kind === "folder"
    ? node.links.find((link) => link.name === name)?.cid ?? null
    : await findInShards(node, name, (shard) => loadShard(shard, reading));
  if (cid === null || names.length === 0) return cid;
  // Nothing lies under a file: its data need not come.
  if (cid.code === RAW) return null;
  return await findLink(await reading.loadNode(cid), names, reading);
}

async function loadShard(cid: CID, reading: Reading): Promise<ShardNode> {
  const node = await reading.loadNode(cid);
  if (node.kind === "shard") return node;
  throw new ContentWrongError("A part of the folder is something else.");
}
