import { WITHDRAWN_CID } from "./cid.ts";
import { type Identity, identityKey } from "./identity.ts";

export { WITHDRAWN_CID } from "./cid.ts";
export { checkUnsignedPointer } from "./pointer_rules.ts";
export { comparePointers, pointerText } from "./pointer_text.ts";
export { parsePointer, POINTER_MAX_BYTES, serializePointer } from "./pointer_wire.ts";

declare const verified: unique symbol;

/** How far ahead of the verifier's clock a timestamp may be, milliseconds. */
export const CLOCK_TOLERANCE_MILLISECONDS = 5 * 60 * 1_000;

/** What a publisher signs: where the feed of an identity is, and since when. */
export interface UnsignedPointer {
  readonly identity: Identity;
  /** `YYYY-MM-DDTHH:mm:ss.sssZ` */
  readonly timestamp: string;
  /** CIDv1, base32 lower case, raw or dag-pb, sha2-256. */
  readonly cid: string;
  readonly locations: readonly string[];
}

/** A well-formed record whose signature nobody has checked yet. */
export interface Pointer extends UnsignedPointer {
  readonly signature: `0x${string}`;
}

/** A pointer whose signature and time were checked. Only resolver/verify.ts makes one. */
export interface VerifiedPointer extends Pointer {
  readonly [verified]: true;
  /** The signed text (pointer.md, "Signed text"): what "equal" and "greater" are judged on. */
  readonly text: string;
  /** The exact wire form that was verified. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** True when the publisher took the feed back: the pointer stays as the floor, its content is gone. */
export function isWithdrawn(pointer: Pick<UnsignedPointer, "cid">): boolean {
  return pointer.cid === WITHDRAWN_CID;
}

/** The DHT key: `/ourspace/` and the identity's text with the address in lower case. */
export function pointerKey(identity: Identity): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(`/ourspace/${identityKey(identity)}`);
}
