import { keccak_256 } from "@noble/hashes/sha3.js";
import type { Address } from "../schemas/identity.ts";

/** Half of the secp256k1 group order n, rounded down: the greatest `s` of EIP-2. */
const HALF_ORDER = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";
const ZERO = "0".repeat(64);

/** r, s and v of 65 bytes in lower-case hex. */
const WALLET_SIGNATURE = /^0x([0-9a-f]{64})([0-9a-f]{64})(1b|1c)$/;

/** The hash that EIP-191 `personal_sign` (version 0x45) signs for a text. */
export function personalMessageDigest(text: string): `0x${string}` {
  const { length } = new TextEncoder().encode(text);
  const message = new TextEncoder().encode(`\x19Ethereum Signed Message:\n${length}${text}`);
  return `0x${keccak_256(message).toHex()}`;
}

/**
 * True when the wallet's key made the signature and it has the one form that the wire allows: 65
 * bytes, v 27 or 28, r and s not zero, s in the lower half of the order. Libraries accept more.
 */
export async function isSignedBy(
  address: Address,
  text: string,
  signature: `0x${string}`,
): Promise<boolean> {
  if (!isStrict(signature)) return false;
  const { recoverAddress } = await loadRecovery();
  try {
    return await recoverAddress({ hash: personalMessageDigest(text), signature }) === address;
  } catch {
    // No point of the curve has this r, or the recovered key is the point at infinity.
    return false;
  }
}

/**
 * Pays in advance what the first signature costs: some 120 ms on an idle core, 600 ms on a busy one. A
 * node that is handed a pointer has 700 ms before the other side gives up.
 */
export async function prepareSignatureChecks(): Promise<void> {
  const { recoverAddress } = await loadRecovery();
  const one = "0".repeat(63) + "1";
  await recoverAddress({ hash: `0x${one}`, signature: `0x${one}${one}1b` }).catch(() => {});
}

function isStrict(signature: string): boolean {
  const [, r = ZERO, s = ZERO] = WALLET_SIGNATURE.exec(signature) ?? [];
  // Hex of one case and length: the order of the texts is the order of the numbers.
  return r !== ZERO && s !== ZERO && s <= HALF_ORDER;
}

/** viem costs 45 ms to import: only a process that checks a signature pays for it. */
function loadRecovery(): Promise<typeof import("viem/utils")> {
  return import("viem/utils");
}
