import { sha256 } from "@noble/hashes/sha2.js";
import { CID } from "multiformats/cid";
import { create as createDigest } from "multiformats/hashes/digest";
import type { Identity } from "./identity.ts";
import { pointerKey } from "./pointer.ts";

const RAW = 0x55;
const SHA2_256 = 0x12;

/** The block behind an identity's rendezvous CID: the bytes of its DHT key. */
export function rendezvousBlock(identity: Identity): Uint8Array<ArrayBuffer> {
  return pointerKey(identity);
}

/**
 * Where the holders of an identity's pointer meet those who look for it in the IPFS network: CIDv1,
 * raw, sha2-256 of `rendezvousBlock`, in base32 (rendezvous.md, "The meeting point").
 */
export function rendezvousCid(identity: Identity): string {
  const digest = createDigest(SHA2_256, sha256(rendezvousBlock(identity)));
  return CID.createV1(RAW, digest).toString();
}
