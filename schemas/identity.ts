import { keccak_256 } from "@noble/hashes/sha3.js";
import { MalformedNameError } from "./errors.ts";
import { quote } from "./quote.ts";

declare const checksummed: unique symbol;

/** An Ethereum address whose mixed case is its EIP-55 checksum. Only `checksumAddress` makes one. */
export type Address = `0x${string}` & { readonly [checksummed]: true };

/**
 * The account behind a name. A wallet's key signs; a contract account answers for itself on its
 * chain. The two never mean each other, not even for the same address on chain 1.
 */
export type Identity =
  | { readonly kind: "wallet"; readonly address: Address }
  | { readonly kind: "contract"; readonly chainId: number; readonly address: Address };

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
/** CAIP-10 with the eip155 namespace: decimal chain id without leading zero. */
const CONTRACT = /^eip155:([1-9][0-9]{0,15}):(.+)$/;

/** The address in its EIP-55 form, whatever the case of `hex` is. Throws MalformedNameError. */
export function checksumAddress(hex: string): Address {
  if (!ADDRESS.test(hex)) {
    throw new MalformedNameError(`${quote(hex)} is no Ethereum address.`, {
      remedy: "An address is 0x and 40 hexadecimal digits.",
    });
  }
  const digits = hex.slice(2).toLowerCase();
  const hash = keccak_256(new TextEncoder().encode(digits)).toHex();
  let text = "0x";
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charAt(i);
    // EIP-55: a letter is upper case where the hash's digit at its place is 8 or more.
    text += hash.charAt(i) >= "8" ? digit.toUpperCase() : digit;
  }
  return text as Address;
}

/**
 * Reads `0x…` (a wallet) or `eip155:<chain>:0x…` (a contract account). All-lower and all-upper hex
 * are accepted; mixed case must be the EIP-55 checksum. Throws MalformedNameError.
 */
export function parseIdentity(text: string): Identity {
  if (!text.startsWith("eip155:")) return { kind: "wallet", address: parseAddress(text) };
  const [, chain = "", address = ""] = CONTRACT.exec(text) ?? [];
  const chainId = Number(chain);
  if (!isChainId(chainId)) {
    throw new MalformedNameError(`${quote(text)} is no contract account.`, {
      remedy: "A contract account is eip155:<chain id>:0x…, for example eip155:1:0x….",
    });
  }
  return { kind: "contract", chainId, address: parseAddress(address) };
}

/** True for an integer from 1 to 2^53 − 1. */
export function isChainId(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 1;
}

/** The canonical text: checksummed, `eip155:<chain>:` before a contract account's address. */
export function identityText(identity: Identity): string {
  return identity.kind === "wallet"
    ? identity.address
    : `eip155:${identity.chainId}:${identity.address}`;
}

/** The text with the address in lower case: for memo keys, database keys and the DHT key. */
export function identityKey(identity: Identity): string {
  return identityText(identity).toLowerCase();
}

/** True when both are the same account: same address, same kind, same chain. */
export function sameIdentity(a: Identity, b: Identity): boolean {
  return identityText(a) === identityText(b);
}

function parseAddress(text: string): Address {
  const address = checksumAddress(text);
  const digits = text.slice(2);
  const cased = digits !== digits.toLowerCase() && digits !== digits.toUpperCase();
  if (cased && text !== address) {
    throw new MalformedNameError(`The address ${text} has a wrong checksum.`, {
      remedy: `Compare it with its source for a mistyped character. ` +
        `If every digit is right, the address is ${address}.`,
    });
  }
  return address;
}
