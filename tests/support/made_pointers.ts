import { checksumAddress } from "../../schemas/identity.ts";
import {
  type Pointer,
  pointerText,
  serializePointer,
  type VerifiedPointer,
} from "../../schemas/pointer.ts";
import { HELLO_CID } from "./pointers.ts";

/**
 * A pointer of the wallet with this number as its address, as if it had been verified: nobody signed
 * it. For fixtures of many thousands, where signing and verifying would take minutes.
 */
export function madePointer(
  wallet: number,
  { timestamp = "2026-01-01T00:00:00.000Z", padding = 0 } = {},
): VerifiedPointer {
  const address = checksumAddress(`0x${wallet.toString(16).padStart(40, "0")}`);
  // Locations of at most 512 characters.
  const locations = Array.from(
    { length: Math.ceil(padding / 500) },
    (_, i) => `https://${i}.example/${"a".repeat(Math.min(480, padding))}`,
  );
  const unsigned = {
    identity: { kind: "wallet", address } as const,
    timestamp,
    cid: HELLO_CID,
    locations,
  };
  const signature: `0x${string}` = `0x${"11".repeat(64)}1b`;
  const pointer = { ...unsigned, signature };
  const seen = { ...pointer, text: pointerText(unsigned), bytes: serializePointer(pointer) };
  // The brand is the verifier's alone; a fixture says that it was there.
  return seen as Pointer as VerifiedPointer;
}
