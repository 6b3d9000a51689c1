import type { InProgressImportResult } from "ipfs-unixfs-importer";
import type { FileLayout } from "ipfs-unixfs-importer/layout";
import { CID } from "multiformats/cid";
import { sha256 } from "multiformats/hashes/sha2";
import { concat } from "../concat.ts";
import { varintField } from "../protobuf/write_fields.ts";
import { DAG_PB } from "./cid.ts";
import { UNIXFS_FIELD, UNIXFS_TYPE } from "./unixfs_data.ts";

/** Links of one node, as in the `unixfs-v1-2025` profile (IPIP-499). */
const NODE_LINKS = 1_024;

/** Sizes that protons-runtime 7.1.2, by which the importer writes UnixFS, makes others of. */
const SPOILED = { from: 2n ** 31n, to: 2n ** 32n } as const;

type KeepNode = (cid: CID, node: Uint8Array<ArrayBuffer>) => void;

/**
 * The importer's tree over the leaves of a file. A node over 2 GiB up to 4 GiB is encoded here: the
 * importer's has another CID than Kubo gives, and Kubo cannot read it.
 */
export async function createFileLayout(keep: KeepNode): Promise<FileLayout> {
  const { balanced } = await import("ipfs-unixfs-importer/layout");
  const tree = balanced({ maxChildrenPerNode: NODE_LINKS });
  return (leaves, reduce) =>
    tree(leaves, async (parts) => {
      const total = sizesOf(parts).reduce((sum, size) => sum + size, 0n);
      const isSpoiled = total >= SPOILED.from && total < SPOILED.to;
      return isSpoiled ? await join(parts, total, keep) : await reduce(parts);
    });
}

/** Of the file's bytes that each part holds; `size` counts the nodes on the way to them too. */
function sizesOf(parts: readonly InProgressImportResult[]): readonly bigint[] {
  return parts.map(({ unixfs, size }) => unixfs?.fileSize() ?? size);
}

async function join(
  parts: readonly InProgressImportResult[],
  total: bigint,
  keep: KeepNode,
): Promise<InProgressImportResult> {
  const [dagPb, { UnixFS }] = await Promise.all([import("@ipld/dag-pb"), import("ipfs-unixfs")]);
  const blockSizes = [...sizesOf(parts)];
  const Data = concat([
    varintField(UNIXFS_FIELD.type, UNIXFS_TYPE.file),
    varintField(UNIXFS_FIELD.fileSize, Number(total)),
    ...blockSizes.map((size) => varintField(UNIXFS_FIELD.blockSizes, Number(size))),
  ]);
  const Links = parts.map(({ cid, size }) => ({ Name: "", Tsize: Number(size), Hash: cid }));
  const node = Uint8Array.from(dagPb.encode({ Data, Links }));
  const cid = CID.createV1(DAG_PB, await sha256.digest(node));
  keep(cid, node);
  const under = parts.reduce((sum, { size }) => sum + size, 0n);
  const { path, originalPath } = parts[0] ?? {};
  return {
    cid,
    size: under + BigInt(node.length),
    unixfs: new UnixFS({ type: "file", blockSizes }),
    ...(path !== undefined && { path }),
    ...(originalPath !== undefined && { originalPath }),
  };
}
