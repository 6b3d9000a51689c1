import { base32 } from "multiformats/bases/base32";
import type { CID } from "multiformats/cid";

/** Of a SHA-256 digest as a multihash: the function's code and the length stand before it. */
const SHA2_256_MULTIHASH = { code: 0x12, length: 32 };

/** The DHT key of content: its multihash alone (libp2p kad-dht specification, "Content provider advertisement"). */
export function contentKey(cid: CID): Uint8Array {
  return cid.multihash.bytes;
}

/** What the engine calls content in its datastore. */
export function contentName(cid: CID): string {
  return base32.baseEncode(contentKey(cid));
}

/** True for the name of what a pointer can lead to: content under SHA-256. */
export function isContentName(name: string): boolean {
  try {
    const [code, length, ...digest] = base32.baseDecode(name);
    return code === SHA2_256_MULTIHASH.code && length === SHA2_256_MULTIHASH.length &&
      digest.length === length;
  } catch {
    return false;
  }
}
