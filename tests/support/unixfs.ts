import * as dagPb from "@ipld/dag-pb";
import { UnixFS, type UnixFSType } from "ipfs-unixfs";
import { CID } from "multiformats/cid";
import { sha256 } from "multiformats/hashes/sha2";
import { DAG_PB } from "../../resolver/content/cid.ts";
import type { Blocks, Tree } from "./blocks.ts";

export interface NodeParts {
  readonly type?: UnixFSType;
  /** The node's own bytes. */
  readonly data?: Uint8Array;
  /** What the node says of each link's length. */
  readonly blockSizes?: readonly number[];
  readonly links?: readonly { readonly name?: string; readonly cid: CID }[];
  readonly fanout?: number;
}

/** A UnixFS node that may lie, as no importer makes it. `under` are the blocks that it links to. */
export async function unixfsNode(parts: NodeParts, under: Blocks = new Map()): Promise<Tree> {
  const { type = "file", data, blockSizes = [], links = [], fanout } = parts;
  const entry = new UnixFS({
    type,
    blockSizes: blockSizes.map(BigInt),
    ...(data !== undefined && { data }),
    ...(fanout !== undefined && { fanout: BigInt(fanout), hashType: 0x22n }),
  });
  return await dagPbNode(entry.marshal(), links, under);
}

/** A dag-pb node with any data. */
export async function dagPbNode(
  data: Uint8Array,
  links: NonNullable<NodeParts["links"]> = [],
  under: Blocks = new Map(),
): Promise<Tree> {
  const bytes = Uint8Array.from(dagPb.encode({
    Data: data,
    Links: links.map(({ name = "", cid }) => ({ Name: name, Hash: cid, Tsize: 0 })),
  }));
  const root = CID.createV1(DAG_PB, await sha256.digest(bytes));
  return { root, blocks: new Map([...under, [root.toString(), bytes]]) };
}
