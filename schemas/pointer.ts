import type { Identity } from "./identity.ts";

declare const verified: unique symbol;

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
