/** One field at the top level of a Protocol Buffers message. */
export interface MessageField {
  readonly number: number;
  /** A varint's value; 0 for fields of another kind. */
  readonly value: number;
  /** What a length-delimited field holds; nothing for fields of another kind. */
  readonly bytes: Uint8Array;
}

const NOTHING = new Uint8Array();

const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** An unsigned LEB128 number, and where it ends. Null: the bytes end before the number does. */
export function readVarint(
  bytes: Uint8Array,
  start: number,
): { readonly value: number; readonly end: number } | null {
  let value = 0;
  for (let index = start; index < bytes.length; index++) {
    const byte = bytes[index] ?? 0;
    if (index - start === 7) throw new RangeError("a number is too large");
    value += (byte & 0x7f) * 2 ** (7 * (index - start));
    if (byte < 0x80) return { value, end: index + 1 };
  }
  return null;
}

/**
 * Fields that may still be read of a message, at all its levels: each costs a microsecond, and the
 * smallest have two bytes.
 */
export interface FieldBudget {
  left: number;
}

/**
 * The fields at the top level, without looking into them. Throws RangeError for anything else, and for
 * more than the budget has.
 */
export function* messageFields(
  bytes: Uint8Array,
  budget: FieldBudget = { left: Infinity },
): Generator<MessageField> {
  let at = 0;
  while (at < bytes.length) {
    if (budget.left <= 0) throw new RangeError("the message has too many fields");
    budget.left -= 1;
    const tag = number(bytes, at);
    const field = Math.floor(tag.value / 8);
    const kind = tag.value % 8;
    at = tag.end;
    if (kind === VARINT) {
      const { value, end } = number(bytes, at);
      at = end;
      yield { number: field, value, bytes: NOTHING };
      continue;
    }
    const { start, end } = contents(bytes, at, kind);
    if (end > bytes.length) throw new RangeError("a field is cut off");
    at = end;
    const held = kind === LENGTH_DELIMITED ? bytes.subarray(start, end) : NOTHING;
    yield { number: field, value: 0, bytes: held };
  }
}

function contents(bytes: Uint8Array, at: number, kind: number): { start: number; end: number } {
  if (kind === FIXED_64) return { start: at, end: at + 8 };
  if (kind === FIXED_32) return { start: at, end: at + 4 };
  if (kind !== LENGTH_DELIMITED) throw new RangeError("a field has an unknown kind");
  const { value, end } = number(bytes, at);
  return { start: end, end: end + value };
}

function number(bytes: Uint8Array, at: number): { value: number; end: number } {
  const read = readVarint(bytes, at);
  if (read === null) throw new RangeError("a number is cut off");
  return read;
}
