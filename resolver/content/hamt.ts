import type { CID } from "multiformats/cid";
import { shardDigits, type ShardNode } from "./unixfs.ts";

/** Bits of the name's hash: a path through shards ends when they are used up. */
const HASH_BITS = 64;

/**
 * The entry of a sharded folder (UnixFS specification, "HAMTDirectory"), or null. In each shard the
 * next bits of the name's hash give the place, whose number, in hexadecimal, begins the link's name:
 * alone it leads to a further shard, followed by the entry's name to the entry.
 */
export async function findInShards(
  root: ShardNode,
  name: string,
  loadShard: (cid: CID) => Promise<ShardNode>,
): Promise<CID | null> {
  const hash = await hashName(name);
  let shard = root;
  for (let usedBits = 0;;) {
    const width = Math.log2(shard.fanout);
    if (usedBits + width > HASH_BITS) return null;
    const place = Number(BigInt.asUintN(width, hash >> BigInt(HASH_BITS - usedBits - width)));
    usedBits += width;
    const prefix = place.toString(16).toUpperCase().padStart(shardDigits(shard.fanout), "0");
    const link = shard.links.find((link) => link.name === prefix || link.name === prefix + name);
    if (link === undefined) return null;
    if (link.name !== prefix) return link.cid;
    shard = await loadShard(link.cid);
  }
}

/** The first half of murmur3-x64-128, as a number whose highest bits are used first. */
async function hashName(name: string): Promise<bigint> {
  const { murmur3128 } = await import("@multiformats/murmur3");
  const digest = await murmur3128.encode(new TextEncoder().encode(name));
  return new DataView(digest.buffer, digest.byteOffset, digest.byteLength).getBigUint64(0);
}
