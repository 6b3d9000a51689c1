import { sha256 } from "@noble/hashes/sha2.js";

/**
 * Kademlia's distance between a key and a peer, for the same key: hexadecimal digits of one length,
 * which compare like the numbers. `peer` is the multihash of its id.
 */
export function distance(key: Uint8Array, peer: Uint8Array): string {
  const place = sha256(peer);
  return sha256(key).map((byte, index) => byte ^ (place[index] ?? 0)).toHex();
}
