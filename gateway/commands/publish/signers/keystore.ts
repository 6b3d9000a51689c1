import type { Call } from "../../../../resolver/contracts.ts";
import { OurSpaceError } from "../../../../schemas/errors.ts";
import { type KeyDerivation, type Keystore, parseKeystore } from "./keystore_file.ts";

/**
 * Opens a Web3 Secret Storage file, version 3 (the format of geth, MetaMask's exports, `cast wallet`
 * and ethers): derives a key from the password, checks the MAC, decrypts with AES-128-CTR.
 * Returns the private key in hexadecimal. Throws OurSpaceError: no keystore, or another password.
 */
export async function decryptKeystore(
  text: string,
  password: string,
  call: Call,
  onProgress: (share: number) => void = () => {},
): Promise<string> {
  const keystore = parseKeystore(text);
  const derived = await deriveKey(keystore.derivation, password, call, onProgress);
  if (await mac(derived, keystore) !== keystore.mac) {
    throw new OurSpaceError("The password does not open the keystore file.", {
      remedy: "Check the password; capital letters and spaces count.",
    });
  }
  const key = await crypto.subtle.importKey("raw", derived.slice(0, 16), "AES-CTR", false, [
    "decrypt",
  ]);
  const counter = { name: "AES-CTR", counter: keystore.iv, length: 128 };
  const plain = await crypto.subtle.decrypt(counter, key, keystore.ciphertext);
  return new Uint8Array(plain).toHex();
}

async function deriveKey(
  derivation: KeyDerivation,
  password: string,
  call: Call,
  onProgress: (share: number) => void,
): Promise<Uint8Array<ArrayBuffer>> {
  const secret = new TextEncoder().encode(password);
  if (derivation.kind === "scrypt") {
    const { scryptAsync } = await import("@noble/hashes/scrypt.js");
    const { n, r, p, length, salt } = derivation;
    const options = {
      N: n,
      r,
      p,
      dkLen: length,
      onProgress(share: number) {
        call.signal.throwIfAborted();
        onProgress(share);
      },
    };
    return Uint8Array.from(await scryptAsync(secret, salt, options));
  }
  const key = await crypto.subtle.importKey("raw", secret, "PBKDF2", false, ["deriveBits"]);
  const { salt, iterations, length } = derivation;
  const options = { name: "PBKDF2", hash: "SHA-256", salt, iterations };
  return new Uint8Array(await crypto.subtle.deriveBits(options, key, length * 8));
}

/** Keccak-256 of the derived key's second half and the ciphertext. */
async function mac(derived: Uint8Array, { ciphertext }: Keystore): Promise<string> {
  const { keccak_256 } = await import("@noble/hashes/sha3.js");
  const half = derived.subarray(16, 32);
  return keccak_256(Uint8Array.of(...half, ...ciphertext)).toHex();
}
