import { sha3_256 } from "@noble/hashes/sha3.js";
import { base32 } from "multiformats/bases/base32";
import { isOnionHost } from "./location.ts";

/** rend-spec-v3, section 6: base32(public key, 32 bytes | checksum, 2 bytes | version, 1 byte). */
const KEY_BYTES = 32;
const VERSION = 3;

/**
 * True when the host can be an onion service's: its checksum is right too, so that nothing was mistyped.
 * A location may be any that `isOnionHost` takes, because Tor judges it.
 */
export function isOnionAddress(host: string): boolean {
  if (!isOnionHost(host)) return false;
  const bytes = base32.baseDecode(host.slice(0, -".onion".length));
  const key = bytes.subarray(0, KEY_BYTES);
  const text = new TextEncoder().encode(".onion checksum");
  const checksum = sha3_256(new Uint8Array([...text, ...key, VERSION]));
  return bytes[KEY_BYTES] === checksum[0] && bytes[KEY_BYTES + 1] === checksum[1] &&
    bytes[KEY_BYTES + 2] === VERSION;
}
