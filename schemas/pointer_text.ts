import type { UnsignedPointer } from "./pointer.ts";

/**
 * The text that the publisher signs with EIP-191 `personal_sign` (pointer.md, "Signed text"): LF
 * between the lines, none at the end. Every field is ASCII without line breaks, so the text is too.
 */
export function pointerText(pointer: UnsignedPointer): string {
  const { identity, timestamp, cid, locations } = pointer;
  return [
    "OurSpace pointer v1",
    "",
    "I publish my feed at the content address below. Signing is free and sends no transaction.",
    "",
    `Address: ${identity.address}`,
    ...(identity.kind === "contract" ? [`Chain ID: ${identity.chainId}`] : []),
    `Timestamp: ${timestamp}`,
    `CID: ${cid}`,
    ...locations.map((location) => `Location: ${location}`),
  ].join("\n");
}

/**
 * The order of pointers: −1 when `a` is lesser, 1 when it is greater, 0 when both say the same,
 * whatever their signatures are. The later timestamp is greater, then the greater text in bytes.
 */
export function comparePointers(a: UnsignedPointer, b: UnsignedPointer): -1 | 0 | 1 {
  // Timestamps of one fixed form, and ASCII texts: the order of strings is the order of bytes.
  return order(a.timestamp, b.timestamp) || order(pointerText(a), pointerText(b));
}

function order(a: string, b: string): -1 | 0 | 1 {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
