/** A file larger than this is no key file; 16 KiB holds the longest PEM keys. */
export const LARGEST_SECRET_BYTES = 16_384;

const SECRET_NAME = /\.(key|pem|p12|pfx|jks|keystore|kdbx)$|^id_(rsa|dsa|ecdsa|ed25519)$|^UTC--/i;
const PEM_PRIVATE_KEY = /-----BEGIN [A-Z ]*PRIVATE KEY-----/;
const HEX_PRIVATE_KEY = /^\s*(0x)?[0-9a-f]{64}\s*$/i;

/**
 * Why a file looks like a key, or null. A published file cannot be taken back, and a folder is easily
 * published with more in it than one thinks: so such a file stays out, even when it is none.
 */
export function secretReason(name: string, text: string): string | null {
  if (SECRET_NAME.test(name)) return "its name is that of a key file";
  if (PEM_PRIVATE_KEY.test(text)) return "it holds a private key (PEM)";
  if (HEX_PRIVATE_KEY.test(text)) return "it looks like a wallet's private key";
  if (isKeystore(text)) return "it is a wallet's keystore file";
  return null;
}

/** Web3 Secret Storage: a JSON object with a `crypto` part that names a key derivation. */
function isKeystore(text: string): boolean {
  return /"crypto"\s*:/i.test(text) && /"kdf"\s*:/.test(text) && /"ciphertext"\s*:/.test(text);
}
