import { isContentCid } from "./cid.ts";
import { MalformedPointerError } from "./errors.ts";
import { type Identity, isChainId } from "./identity.ts";
import { locationFault } from "./location.ts";
import type { UnsignedPointer } from "./pointer.ts";
import { timestampFault } from "./timestamp.ts";

const MAX_LOCATIONS = 8;

/** Throws MalformedPointerError that says which rule of pointer.md the fields break, if any. */
export function checkUnsignedPointer(pointer: UnsignedPointer): void {
  const fault = identityFault(pointer.identity) ?? timestampFault(pointer.timestamp) ??
    cidFault(pointer.cid) ?? locationsFault(pointer.locations);
  if (fault !== null) throw malformedPointer(fault);
}

/** The error for a broken rule; `fault` reads on after "it is malformed:". */
export function malformedPointer(fault: string, cause?: unknown): MalformedPointerError {
  return new MalformedPointerError(`The pointer is malformed: ${fault}.`, {
    remedy: "schemas/pointer.md lists the rules.",
    cause,
  });
}

function identityFault(identity: Identity): string | null {
  return identity.kind === "wallet" || isChainId(identity.chainId)
    ? null
    : "the chain ID is no integer from 1 to 2^53 − 1";
}

function cidFault(cid: string): string | null {
  return isContentCid(cid)
    ? null
    : "the CID is not CIDv1 in lower-case base32, raw or dag-pb, sha2-256";
}

function locationsFault(locations: readonly string[]): string | null {
  if (locations.length > MAX_LOCATIONS) return `there are more than ${MAX_LOCATIONS} locations`;
  if (new Set(locations).size !== locations.length) return "a location is there twice";
  for (const location of locations) {
    const fault = locationFault(location);
    if (fault !== null) return fault;
  }
  return null;
}
