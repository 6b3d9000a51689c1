import { hash } from "node:crypto";
import type { CID } from "multiformats/cid";
import { concat } from "../concat.ts";
import { isHashed, isInline } from "./cid.ts";
import type { VerifiedContent } from "./content.ts";

type Bytes = Uint8Array<ArrayBuffer>;

/** What was read from the network is hashed once, and not again to be stored. */
const digests = new WeakMap<Bytes, Uint8Array>();

/**
 * The only maker of VerifiedContent: the bytes when they are what the CID names, else null. The bytes
 * must not be written to afterwards: the same array is not hashed again.
 */
export function verifyContent(cid: CID, bytes: Bytes): VerifiedContent | null {
  if (isInline(cid)) return equal(cid.multihash.digest, bytes) ? bytes as VerifiedContent : null;
  if (!isHashed(cid)) return null;
  return equal(cid.multihash.digest, sha256Of(bytes)) ? bytes as VerifiedContent : null;
}

/**
 * SHA-256 of bytes that must not be written to afterwards. The Web Crypto API copies them and sends them to
 * another thread, which takes 1.0 ms of processor time for 1 MiB in place of 0.6, and 46 µs for 4 KiB in place of 6.
 */
export function sha256Of(bytes: Bytes): Uint8Array {
  const known = digests.get(bytes);
  if (known !== undefined) return known;
  const digest = hash("sha256", bytes, "buffer");
  digests.set(bytes, digest);
  return digest;
}

/** A piece of verified bytes. `end` is exclusive. */
export function slice(content: VerifiedContent, start: number, end: number): VerifiedContent {
  return content.subarray(start, end) as VerifiedContent;
}

/** Verified pieces, one after the other. */
export function concatenate(pieces: readonly VerifiedContent[]): VerifiedContent {
  const [first] = pieces;
  if (pieces.length === 1 && first !== undefined) return first;
  return concat(pieces) as VerifiedContent;
}

/**
 * What a block takes that is held under its CID: its bytes, its key and the bookkeeping. Strangers can
 * send millions of blocks that are tiny, or empty.
 */
export function bytesInMemory({ length }: Uint8Array): number {
  return length + 256;
}

function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, index) => byte === b[index]);
}
