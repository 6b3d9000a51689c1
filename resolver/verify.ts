import { sha256 } from "@noble/hashes/sha2.js";
import { MalformedPointerError } from "../schemas/errors.ts";
import { type Identity, identityText, sameIdentity } from "../schemas/identity.ts";
import {
  CLOCK_TOLERANCE_MILLISECONDS,
  parsePointer,
  type Pointer,
  POINTER_MAX_BYTES,
  pointerText,
  type VerifiedPointer,
} from "../schemas/pointer.ts";
import type { Clock } from "./contracts.ts";
import { PointerRefusedError } from "./errors.ts";
import { createMemo } from "./memo.ts";
import { isSignedBy } from "./signature.ts";

/** Turns candidate bytes into a VerifiedPointer; nothing else does. */
export interface Verifier {
  /**
   * The checks of pointer.md, "Verification", cheapest first. `expected` is the identity that was
   * asked for. Throws PointerRefusedError with the reason.
   */
  verify(bytes: Uint8Array, expected?: Identity): Promise<VerifiedPointer>;
}

/**
 * A verifier with a memory. The memo keeps one truth value for each record seen, about 200 bytes, so
 * the default is at most 2 MB. A DHT look-up meets the same bytes up to 20 times.
 */
export function createVerifier({ clock, memoSize = 10_000 }: {
  clock: Clock;
  memoSize?: number;
}): Verifier {
  const signatures = createMemo<boolean>(memoSize);

  return {
    async verify(candidate, expected) {
      checkSize(candidate);
      const bytes = candidate.slice();
      const pointer = parse(bytes);
      if (expected !== undefined) checkIdentity(pointer, expected);
      checkTime(pointer, clock());
      const { identity, signature } = pointer;
      if (identity.kind === "contract") throw notVerifiableHere(identity);
      const text = pointerText(pointer);
      // Of the exact bytes: another signature over the same text is another record.
      const digest = sha256(bytes).toHex();
      const genuine = await signatures(
        digest,
        () => isSignedBy(identity.address, text, signature),
      );
      if (!genuine) throw badSignature(identity);
      return Object.freeze({ ...pointer, text, bytes }) as VerifiedPointer;
    },
  };
}

function checkSize(bytes: Uint8Array): void {
  if (bytes.byteLength <= POINTER_MAX_BYTES) return;
  throw new PointerRefusedError(`The pointer is larger than ${POINTER_MAX_BYTES} bytes.`, {
    reason: "too-large",
    remedy: "Use fewer or shorter locations.",
  });
}

function parse(bytes: Uint8Array): Pointer {
  try {
    return parsePointer(bytes);
  } catch (cause) {
    if (!(cause instanceof MalformedPointerError)) throw cause;
    const { message, remedy } = cause;
    throw new PointerRefusedError(message, { reason: "malformed", remedy, cause });
  }
}

function checkIdentity(pointer: Pointer, expected: Identity): void {
  if (sameIdentity(pointer.identity, expected)) return;
  throw new PointerRefusedError(
    `The pointer is ${identityText(pointer.identity)}'s, not ${identityText(expected)}'s.`,
    { reason: "other-identity", remedy: "Send it under the identity that signed it." },
  );
}

/** Never memoised: what is too early now is right a moment later. */
function checkTime(pointer: Pointer, now: number): void {
  if (Date.parse(pointer.timestamp) <= now + CLOCK_TOLERANCE_MILLISECONDS) return;
  throw new PointerRefusedError(
    `The pointer's time, ${pointer.timestamp}, has not come: it is ${
      new Date(now).toISOString()
    } here.`,
    { reason: "not-valid-yet", remedy: "Set the clocks right, or send it again later." },
  );
}

function notVerifiableHere(identity: Identity): PointerRefusedError {
  return new PointerRefusedError(
    `The signature of the contract account ${identityText(identity)} cannot be checked here.`,
    {
      reason: "not-verifiable-here",
      remedy: "Only wallets' signatures are checked here: publish with an ordinary wallet.",
    },
  );
}

function badSignature(identity: Identity): PointerRefusedError {
  return new PointerRefusedError(
    `The pointer's signature is not one that ${identityText(identity)} made over it.`,
    {
      reason: "bad-signature",
      remedy: "Sign exactly the text of schemas/pointer.md, and send a low s with v 27 or 28.",
    },
  );
}
