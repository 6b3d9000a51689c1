import { type Identity, identityKey, parseIdentity } from "../../schemas/identity.ts";

const PREFIX = "/ourspace/";

/** Longer keys are refused before they are read: `eip155:`, 16 digits, `:` and an address fit. */
const KEY_MAX_BYTES = 96;

/** The DHT key of an identity's pointer (schemas/pointer.md, "DHT key"). */
export function recordKey(identity: Identity): Uint8Array {
  return new TextEncoder().encode(PREFIX + identityKey(identity));
}

/** Whose key it is; null when it is nobody's, or is written in another way than `recordKey` does. */
export function identityOfKey(key: Uint8Array): Identity | null {
  if (key.length > KEY_MAX_BYTES) return null;
  const text = new TextDecoder().decode(key);
  if (!text.startsWith(PREFIX)) return null;
  try {
    const identity = parseIdentity(text.slice(PREFIX.length));
    return PREFIX + identityKey(identity) === text ? identity : null;
  } catch {
    return null;
  }
}
