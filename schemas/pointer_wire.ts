import { type Address, checksumAddress, type Identity } from "./identity.ts";
import type { Pointer } from "./pointer.ts";
import { checkUnsignedPointer, malformedPointer } from "./pointer_rules.ts";

/** The whole record on the wire, bytes; checked before anything is parsed. */
export const POINTER_MAX_BYTES = 8_192;

const ADDRESS = /^0x[0-9a-fA-F]{40}$/;
const HEX_BYTES = /^0x(?:[0-9a-f]{2})+$/;
const WALLET_SIGNATURE_BYTES = 65;
const CONTRACT_SIGNATURE_MAX_BYTES = 3_072;

/** The exact bytes that travel: `JSON.stringify` of the keys in their order (pointer.md, "Wire form"). */
export function serializePointer(pointer: Pointer): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(wireText(pointer));
}

/**
 * Reads a record, form only: the signature and the time are the verifier's (resolver/verify.ts).
 * Throws MalformedPointerError that says which rule of pointer.md it breaks.
 */
export function parsePointer(bytes: Uint8Array): Pointer {
  if (bytes.byteLength > POINTER_MAX_BYTES) {
    throw malformedPointer(`it is larger than ${POINTER_MAX_BYTES} bytes`);
  }
  const text = decode(bytes);
  const pointer = readFields(parseObject(text));
  checkUnsignedPointer(pointer);
  // The one form that nobody can pad or vary: duplicate keys, white space and escapes end here.
  if (wireText(pointer) !== text) throw malformedPointer("it is not in its canonical form");
  return pointer;
}

function wireText({ identity, timestamp, cid, locations, signature }: Pointer): string {
  const { address } = identity;
  const account = identity.kind === "contract"
    ? { address, chainId: identity.chainId }
    : { address };
  return JSON.stringify({ version: 1, ...account, timestamp, cid, locations, signature });
}

function decode(bytes: Uint8Array): string {
  try {
    // A byte order mark stays, and is no JSON.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw malformedPointer("it is not UTF-8", cause);
  }
}

function parseObject(text: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw malformedPointer("it is not JSON", cause);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw malformedPointer("it is not a JSON object");
  }
  return { ...value };
}

function readFields(record: Record<string, unknown>): Pointer {
  const { version, address, chainId, timestamp, cid, locations, signature, ...others } = record;
  if (version !== 1) throw malformedPointer("its version is not 1");
  if (Object.keys(others).length > 0) {
    throw malformedPointer("it has a key that version 1 does not know");
  }
  const identity: Identity = Object.hasOwn(record, "chainId")
    ? { kind: "contract", chainId: readNumber(chainId), address: readAddress(address) }
    : { kind: "wallet", address: readAddress(address) };
  return {
    identity,
    timestamp: readText("timestamp", timestamp),
    cid: readText("cid", cid),
    locations: readLocations(locations),
    signature: readSignature(signature, identity),
  };
}

function readText(key: string, value: unknown): string {
  if (typeof value !== "string") throw malformedPointer(`its ${key} is missing, or no text`);
  return value;
}

function readNumber(value: unknown): number {
  if (typeof value !== "number") throw malformedPointer("its chainId is no number");
  return value;
}

function readAddress(value: unknown): Address {
  const text = readText("address", value);
  if (!ADDRESS.test(text)) throw malformedPointer("its address is not 0x and 40 hex digits");
  const address = checksumAddress(text);
  if (address !== text) throw malformedPointer("its address is not in the EIP-55 form");
  return address;
}

function readLocations(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw malformedPointer("its locations are missing, or no list");
  return value.map((location: unknown) => readText("location", location));
}

/** The form only: what the bytes of a wallet's signature may be is checked with it. */
function readSignature(value: unknown, identity: Identity): `0x${string}` {
  const text = readText("signature", value);
  const length = (text.length - 2) / 2;
  if (!isHexBytes(text)) throw malformedPointer("its signature is not 0x and lower-case hex bytes");
  if (identity.kind === "wallet" && length !== WALLET_SIGNATURE_BYTES) {
    throw malformedPointer(`a wallet's signature has ${WALLET_SIGNATURE_BYTES} bytes`);
  }
  if (length > CONTRACT_SIGNATURE_MAX_BYTES) {
    throw malformedPointer(`a signature has at most ${CONTRACT_SIGNATURE_MAX_BYTES} bytes`);
  }
  return text;
}

function isHexBytes(text: string): text is `0x${string}` {
  return HEX_BYTES.test(text);
}
