import { Libp2pRecord } from "@libp2p/record";
import { multiaddr } from "@multiformats/multiaddr";
import { concat } from "../../resolver/concat.ts";

/**
 * The DHT's messages, written and read by hand: what a hostile peer says need not be what the
 * library would say (libp2p kad-dht specification, "RPC messages").
 */
export interface KadMessage {
  readonly type: number;
  readonly key?: Uint8Array;
  readonly record?: Uint8Array;
  readonly closer?: readonly KadPeerInfo[];
  readonly providers?: readonly KadPeerInfo[];
}

/** A peer that a message names. */
export interface KadPeerInfo {
  /** A multihash. */
  readonly id: Uint8Array;
  /** Multiaddresses in their binary form. */
  readonly addresses: readonly Uint8Array[];
}

export const PUT_VALUE = 0;
export const GET_VALUE = 1;
export const ADD_PROVIDER = 2;
export const GET_PROVIDERS = 3;
export const FIND_NODE = 4;

const RECORD_KEY_PREFIX = "/ourspace/";

/** The DHT key of an identity's text (schemas/pointer.md, "DHT key"). */
export function kadKey(identityText: string): Uint8Array {
  return new TextEncoder().encode(RECORD_KEY_PREFIX + identityText.toLowerCase());
}

/** The record that holds a value under a key. */
export function kadRecord(key: Uint8Array, value: Uint8Array): Uint8Array {
  return new Libp2pRecord(key, value, new Date()).serialize();
}

/** The value of a record, or null without one. */
export function kadValue(record: Uint8Array | undefined): Uint8Array | null {
  return record === undefined ? null : Libp2pRecord.deserialize(record).value;
}

/** A peer, said to be at these addresses. */
export function kadPeerInfo(id: Uint8Array, addresses: readonly string[]): KadPeerInfo {
  return { id, addresses: addresses.map((address) => multiaddr(address).bytes) };
}

export function encodeMessage(message: KadMessage): Uint8Array {
  const { type, key, record, closer = [], providers = [] } = message;
  return concat([
    varint(1 << 3),
    varint(type),
    ...(key === undefined ? [] : [field(2, key)]),
    ...(record === undefined ? [] : [field(3, record)]),
    ...closer.map((peer) => field(8, encodePeer(peer))),
    ...providers.map((peer) => field(9, encodePeer(peer))),
  ]);
}

/** What an honest peer sent: the parts of it that matter here. */
export function decodeMessage(bytes: Uint8Array): KadMessage {
  const found = new Map<number, Uint8Array>();
  let type = 0;
  let peers = 0;
  const providers: KadPeerInfo[] = [];
  for (let at = 0; at < bytes.length;) {
    const tag = readVarint(bytes, at);
    const value = readVarint(bytes, tag.end);
    at = value.end;
    const number = tag.value >> 3;
    if ((tag.value & 7) === 0) {
      if (number === 1) type = value.value;
      continue;
    }
    found.set(number, bytes.slice(at, at + value.value));
    if (number === 8) peers += 1;
    if (number === 9) providers.push(decodePeer(bytes.slice(at, at + value.value)));
    at += value.value;
  }
  const key = found.get(2);
  const record = found.get(3);
  return {
    type,
    ...(key === undefined ? {} : { key }),
    ...(record === undefined ? {} : { record }),
    providers,
    closer: Array.from({ length: peers }, () => ({ id: new Uint8Array(), addresses: [] })),
  };
}

/** With its length before it, as it goes on a stream. */
export function framed(message: Uint8Array): Uint8Array {
  return concat([varint(message.length), message]);
}

/** The first whole message of a stream, as far as it has come. */
export function unframed(bytes: Uint8Array): Uint8Array | null {
  if (!bytes.subarray(0, 5).some((byte) => byte < 0x80)) return null;
  const { value, end } = readVarint(bytes, 0);
  return bytes.length < end + value ? null : bytes.slice(end, end + value);
}

/** Its id, and its addresses in their binary form. */
function decodePeer(bytes: Uint8Array): KadPeerInfo {
  const addresses: Uint8Array[] = [];
  let id = new Uint8Array();
  for (let at = 0; at < bytes.length;) {
    const tag = readVarint(bytes, at);
    const value = readVarint(bytes, tag.end);
    at = value.end;
    if ((tag.value & 7) === 0) continue;
    const held = bytes.slice(at, at + value.value);
    at += value.value;
    if (tag.value >> 3 === 1) id = held;
    if (tag.value >> 3 === 2) addresses.push(held);
  }
  return { id, addresses };
}

function encodePeer({ id, addresses }: KadPeerInfo): Uint8Array {
  return concat([field(1, id), ...addresses.map((address) => field(2, address))]);
}

function field(number: number, bytes: Uint8Array): Uint8Array {
  return concat([varint((number << 3) | 2), varint(bytes.length), bytes]);
}

export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 128)) bytes.push((value & 0x7f) | 0x80);
  return Uint8Array.from([...bytes, value]);
}

function readVarint(bytes: Uint8Array, start: number): { value: number; end: number } {
  let value = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return { value, end: at + 1 };
  }
  throw new RangeError("the bytes end within a number");
}
