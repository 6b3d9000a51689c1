import { OurSpaceError } from "../../../../schemas/errors.ts";

/** The order of secp256k1 (SEC 2, section 2.4.1). */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
/** The highest bit of a 64-byte signature's second half is the parity of R (EIP-2098). */
const PARITY_BIT = 1n << 255n;

/**
 * Brings a wallet's signature into the one form that a pointer has: 65 bytes r ‖ s ‖ v in lower-case
 * hex, s in the lower half of the order, v 27 or 28. Wallets and bridges also give v as 0 or 1, a high
 * s, or the 64 bytes of EIP-2098. Throws OurSpaceError for anything else.
 */
export function normaliseSignature(written: string): `0x${string}` {
  const hex = written.trim().replace(/^0x/i, "");
  if (!/^[0-9a-f]*$/i.test(hex)) throw unusable("it is not written in hexadecimal");
  if (hex.length !== 128 && hex.length !== 130) {
    throw unusable(`it has ${hex.length / 2} bytes where a wallet's signature has 65`);
  }
  const r = BigInt(`0x${hex.slice(0, 64)}`);
  const second = BigInt(`0x${hex.slice(64, 128)}`);
  const compact = hex.length === 128;
  const s = compact ? second & ~PARITY_BIT : second;
  const parity = compact ? Number(second >> 255n) : parityOf(Number(`0x${hex.slice(128)}`));
  if (r === 0n || r >= ORDER || s === 0n || s >= ORDER) {
    throw unusable("its numbers are out of range");
  }

  const high = s > ORDER / 2n;
  return `0x${word(r)}${word(high ? ORDER - s : s)}${
    (27 + (high ? 1 - parity : parity)).toString(16)
  }`;
}

function parityOf(v: number): number {
  if (v === 0 || v === 1) return v;
  if (v === 27 || v === 28) return v - 27;
  throw unusable(`its last byte is ${v}; a signed message has 27 or 28`);
}

function word(number: bigint): string {
  return number.toString(16).padStart(64, "0");
}

function unusable(reason: string): OurSpaceError {
  return new OurSpaceError(`This is no signature that a pointer can carry: ${reason}.`, {
    remedy: "Sign the text as a message (personal_sign, EIP-191) with an ordinary wallet account.",
  });
}
