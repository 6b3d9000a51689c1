import { CID } from "multiformats/cid";

/** The codec of bytes as they are (multicodec table). */
export const RAW = 0x55;
/** The codec of nodes with links (multicodec table). */
export const DAG_PB = 0x70;
const SHA2_256 = 0x12;
const IDENTITY = 0x00;

/** True when this gateway can read what the CID names: raw or dag-pb, under sha2-256 or inline. */
export function isReadable(cid: CID): boolean {
  return (cid.code === RAW || cid.code === DAG_PB) && (isHashed(cid) || isInline(cid));
}

/** True when the CID names its block by the whole SHA-256 digest, as every pointer's CID does. */
export function isHashed(cid: CID): boolean {
  return cid.multihash.code === SHA2_256 && cid.multihash.digest.length === 32;
}

/**
 * True when the block is inside the CID (identity multihash). Kubo makes such links in folders with
 * `add --inline`; a pointer cannot name one.
 */
export function isInline(cid: CID): boolean {
  return cid.multihash.code === IDENTITY;
}

/** The CID that a text in base32, base36 or base58 means, or null. It may be none that is readable. */
export function parseCid(text: string): CID | null {
  // The longest readable one is inline: 128 bytes are 205 characters of base32.
  if (text.length > 256) return null;
  try {
    return CID.parse(text);
  } catch {
    return null;
  }
}
