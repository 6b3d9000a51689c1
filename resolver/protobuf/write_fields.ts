import { concat } from "../concat.ts";

/** A varint field of a Protocol Buffers message. */
export function varintField(number: number, value: number): Uint8Array {
  return concat([varint(number << 3), varint(value)]);
}

/** A length-delimited field. */
export function lengthDelimited(number: number, bytes: Uint8Array): Uint8Array {
  return concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

/** An unsigned LEB128 number. */
export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  return Uint8Array.from([...bytes, rest]);
}
