import type { CID } from "multiformats/cid";
import { quote } from "../../schemas/quote.ts";
import type { Call } from "../contracts.ts";
import { ContentWrongError, PathNotFoundError } from "../errors.ts";
import { refusedContent } from "../rules/refusals.ts";
import { RAW } from "./cid.ts";
import type { VerifiedFile, VerifiedFolder } from "./content.ts";
import { createFile, type FileContext } from "./file.ts";
import { findInShards } from "./hamt.ts";
import type { NodeLoader, Reading } from "./reading.ts";
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
      using reading = context.startLookup(call);
      const found = await findLink(root, names, reading);
      return found === null ? null : await openEntry(found, names.at(-1) ?? "", reading, context);
    },
  };
}

/** See `ContentReader.open`. With `goesOn` a file that is read whole goes on with the reading. */
export async function openPath(
  root: CID,
  path: string,
  reading: Reading,
  context: FolderContext & { readonly goesOn: boolean },
): Promise<VerifiedFile | VerifiedFolder> {
  const goesOn = context.goesOn ? reading : null;
  const names = path.split("/");
  const name = names.at(-1) ?? "";
  // Links to a file of a folder are made of its own CID and its name: there is nothing to look up.
  const isFile = names.length === 1;
  if (context.rules.refusesBlock(root)) throw refusedContent();
  if (root.code === RAW) {
    return isFile ? createFile(root, name, null, context, goesOn) : notFound(root, path);
  }
  const node = await reading.loadNode(root);
  if (node.kind === "file") {
    return isFile ? createFile(root, name, node, context, goesOn) : notFound(root, path);
  }
  if (path === "") return createFolder(root, node, context);
  const tooLong = path.length > context.limits.pathCharacters ||
    names.length > context.limits.pathDepth;
  const found = tooLong ? null : await findLink(node, names, reading);
  return found === null
    ? notFound(root, path)
    : await openEntry(found, name, reading, context, goesOn);
}

/** The file or folder that a CID names. A raw block is a file, which is known without loading it. */
async function openEntry(
  cid: CID,
  name: string,
  reading: Reading,
  context: FolderContext,
  goesOn: Reading | null = null,
): Promise<VerifiedFile | VerifiedFolder> {
  if (context.rules.refusesBlock(cid)) throw refusedContent();
  if (cid.code === RAW) return createFile(cid, name, null, context, goesOn);
  const node = await reading.loadNode(cid);
  return node.kind === "file"
    ? createFile(cid, name, node, context, goesOn)
    : createFolder(cid, node, context);
}

function notFound(root: CID, path: string): never {
  throw new PathNotFoundError(`There is no ${quote(path)} in the content at ${root}.`);
}

/** What lies at the path under a node, not loaded yet, or null. */
export async function findLink(
  node: UnixfsNode,
  [name, ...names]: readonly string[],
  reading: NodeLoader,
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

async function loadShard(cid: CID, reading: NodeLoader): Promise<ShardNode> {
  const node = await reading.loadNode(cid);
  if (node.kind === "shard") return node;
  throw new ContentWrongError("A part of the folder is something else.");
}
