import { CID } from "multiformats/cid";
import { concat } from "../concat.ts";
import { type FieldBudget, messageFields, readVarint } from "../protobuf/read_fields.ts";
import { lengthDelimited, varint, varintField } from "../protobuf/write_fields.ts";

// Field numbers of the Bitswap specification ("Bitswap 1.2.0: Wire Format").
const WANTLIST = 1;
const PAYLOAD = 3;
const PRESENCES = 4;
const ENTRIES = 1;
const FULL = 2;
const ENTRY = { cid: 1, priority: 2, cancel: 3, kind: 4, tellMissing: 5 };
const BLOCK = { prefix: 1, data: 2 };
const PRESENCE = { cid: 1, kind: 2 };

/** Values of `ENTRY.kind` and `PRESENCE.kind`. */
const WANT_HAVE = 1;
const DONT_HAVE = 1;

/** Multicodec table. */
const SHA2_256 = 0x12;

/** Longer prefixes are none: four small numbers. */
const PREFIX_MAX_BYTES = 16;

/** Longer CIDs name nothing that is kept here. */
const CID_MAX_BYTES = 128;

/** One entry of a want list. */
export interface Want {
  readonly cid: CID;
  /** `have`: whether it is held; `block`: the block; `cancel`: neither any more. */
  readonly kind: "have" | "block" | "cancel";
  /** True when the asker wants to be told that the block is not held. */
  readonly tellMissing: boolean;
}

/** Whether a peer holds a block. */
export interface Presence {
  readonly cid: CID;
  readonly has: boolean;
}

/** A block as it travels: its CID follows from the prefix and the hash of the data. */
export interface SentBlock {
  /** The CID's version, codec, hash function and digest length, as varints. */
  readonly prefix: Uint8Array;
  readonly data: Uint8Array;
}

export interface BitswapMessage {
  readonly wants: readonly Want[];
  /** True when the wants take the place of all that were sent before. */
  readonly full: boolean;
  readonly blocks: readonly SentBlock[];
  readonly presences: readonly Presence[];
}

/** Without the length before it. */
export function encodeBitswapMessage(message: Partial<BitswapMessage>): Uint8Array<ArrayBuffer> {
  const { wants = [], full = false, blocks = [], presences = [] } = message;
  const wantlist = [
    ...wants.map((want) => lengthDelimited(ENTRIES, encodeWant(want))),
    ...(full ? [varintField(FULL, 1)] : []),
  ];
  return concat([
    ...(wantlist.length === 0 ? [] : [lengthDelimited(WANTLIST, concat(wantlist))]),
    ...blocks.flatMap(({ prefix, data }) => {
      const head = concat([lengthDelimited(BLOCK.prefix, prefix), lengthHead(BLOCK.data, data)]);
      return [lengthHead(PAYLOAD, { length: head.length + data.length }), head, data];
    }),
    ...presences.map(({ cid, has }) =>
      lengthDelimited(
        PRESENCES,
        concat([
          lengthDelimited(PRESENCE.cid, cid.bytes),
          varintField(PRESENCE.kind, has ? 0 : DONT_HAVE),
        ]),
      )
    ),
  ]);
}

/**
 * At most `maxEntries` wants and as many presences and blocks are read; entries whose CID cannot be
 * read are left out. The blocks' data are views of the message. Throws RangeError when it is no message,
 * or has more fields than the budget, from which they are taken.
 */
export function decodeBitswapMessage(
  bytes: Uint8Array,
  { maxEntries, budget }: { maxEntries: number; budget: FieldBudget },
): BitswapMessage {
  const wants: Want[] = [];
  const blocks: SentBlock[] = [];
  const presences: Presence[] = [];
  let full = false;
  for (const { number, bytes: held } of messageFields(bytes, budget)) {
    if (number === WANTLIST) {
      for (const field of messageFields(held, budget)) {
        if (field.number === FULL) full = field.value !== 0;
        if (field.number === ENTRIES && wants.length < maxEntries) {
          wants.push(...decodeWant(field.bytes, budget));
        }
      }
    }
    if (number === PAYLOAD && blocks.length < maxEntries) blocks.push(decodeBlock(held, budget));
    if (number === PRESENCES && presences.length < maxEntries) {
      presences.push(...decodePresence(held, budget));
    }
  }
  return { wants, full, blocks, presences };
}

/** What goes before a block's data instead of its CID. */
export function blockPrefix({ version, code, multihash }: CID): Uint8Array {
  return concat([version, code, multihash.code, multihash.digest.length].map(varint));
}

/** True when the prefix names SHA-256 as the block's hash: no other is read here. */
export function isSha256Prefix(prefix: Uint8Array): boolean {
  const [, , hash] = varintsIn(prefix.subarray(0, PREFIX_MAX_BYTES));
  return hash === SHA2_256;
}

/** As many of a prefix's numbers as can be read. */
function varintsIn(prefix: Uint8Array): readonly number[] {
  const values: number[] = [];
  try {
    for (let at = 0; at < prefix.length;) {
      const read = readVarint(prefix, at);
      if (read === null) break;
      values.push(read.value);
      at = read.end;
    }
  } catch {
    // A number that is too large is none.
  }
  return values;
}

function encodeWant({ cid, kind, tellMissing }: Want): Uint8Array {
  return concat([
    lengthDelimited(ENTRY.cid, cid.bytes),
    varintField(ENTRY.priority, 1),
    ...(kind === "cancel" ? [varintField(ENTRY.cancel, 1)] : []),
    ...(kind === "have" ? [varintField(ENTRY.kind, WANT_HAVE)] : []),
    ...(tellMissing ? [varintField(ENTRY.tellMissing, 1)] : []),
  ]);
}

function decodeWant(bytes: Uint8Array, budget: FieldBudget): Want[] {
  let cid: CID | null = null;
  const values = new Map<number, number>();
  for (const { number, value, bytes: held } of messageFields(bytes, budget)) {
    if (number === ENTRY.cid) cid = decodeCid(held);
    else values.set(number, value);
  }
  if (cid === null) return [];
  const isCancel = (values.get(ENTRY.cancel) ?? 0) !== 0;
  const kind = isCancel ? "cancel" : values.get(ENTRY.kind) === WANT_HAVE ? "have" : "block";
  return [{ cid, kind, tellMissing: (values.get(ENTRY.tellMissing) ?? 0) !== 0 }];
}

function decodeBlock(bytes: Uint8Array, budget: FieldBudget): SentBlock {
  let prefix: Uint8Array = new Uint8Array();
  let data: Uint8Array = new Uint8Array();
  for (const { number, bytes: held } of messageFields(bytes, budget)) {
    if (number === BLOCK.prefix) prefix = held;
    if (number === BLOCK.data) data = held;
  }
  return { prefix, data };
}

function decodePresence(bytes: Uint8Array, budget: FieldBudget): Presence[] {
  let cid: CID | null = null;
  let kind = 0;
  for (const { number, value, bytes: held } of messageFields(bytes, budget)) {
    if (number === PRESENCE.cid) cid = decodeCid(held);
    if (number === PRESENCE.kind) kind = value;
  }
  return cid === null ? [] : [{ cid, has: kind !== DONT_HAVE }];
}

function decodeCid(bytes: Uint8Array): CID | null {
  if (bytes.length > CID_MAX_BYTES) return null;
  try {
    return CID.decode(Uint8Array.from(bytes));
  } catch {
    return null;
  }
}

/** What stands before the bytes of a length-delimited field. */
function lengthHead(number: number, { length }: { readonly length: number }): Uint8Array {
  return concat([varint((number << 3) | 2), varint(length)]);
}
