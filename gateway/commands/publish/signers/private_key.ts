import { OurSpaceError } from "../../../../schemas/errors.ts";
import { checksumAddress } from "../../../../schemas/identity.ts";
import type { Signer } from "./signer.ts";

/** The order of secp256k1: a private key is a number from 1 to one less (SEC 1, section 3.2.1). */
const ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;

/** Signs with a key in this process. `origin` names where it came from, never the key. */
export async function createPrivateKeySigner(text: string, origin: string): Promise<Signer> {
  const { privateKeyToAccount } = await import("viem/accounts");
  const account = privateKeyToAccount(parsePrivateKey(text, origin));
  return {
    address: checksumAddress(account.address),
    sign: (message) => account.signMessage({ message }),
  };
}

/** 64 hexadecimal digits, with or without `0x`, white space around them ignored. */
function parsePrivateKey(text: string, origin: string): `0x${string}` {
  const hex = text.trim().replace(/^0x/i, "");
  if (/^[0-9a-f]{64}$/i.test(hex)) {
    const number = BigInt(`0x${hex}`);
    if (number > 0n && number < ORDER) return `0x${hex}`;
  }
  throw new OurSpaceError(`${origin} holds no private key.`, {
    remedy: text.trimStart().startsWith("{")
      ? "It looks like a keystore file: name it with --keystore instead."
      : "A private key is 64 hexadecimal digits, with or without 0x before them.",
  });
}
