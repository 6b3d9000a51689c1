import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { identify } from "@libp2p/identify";
import type { Libp2p, Stream } from "@libp2p/interface";
import { ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import { CID } from "multiformats/cid";
import { concat } from "../../resolver/concat.ts";
import { unframed, varint } from "./kad_messages.ts";

const PROTOCOL = "/ipfs/bitswap/1.2.0";
const STREAMS = 1_000;
const DIAL_MILLISECONDS = 30_000;

/** Bitswap's messages, written and read by hand (IPFS Bitswap specification, "Wire Format"). */
export interface RawMessage {
  readonly wants?: readonly RawWant[];
  readonly blocks?: readonly { readonly prefix: Uint8Array; readonly data: Uint8Array }[];
  readonly presences?: readonly { readonly cid: Uint8Array; readonly has: boolean }[];
}

/** One entry of a want list. */
export interface RawWant {
  readonly cid: Uint8Array;
  readonly cancel?: boolean;
  /** Whether it is held, instead of the block. */
  readonly have?: boolean;
  readonly tellMissing?: boolean;
}

/** A peer that speaks bitswap by hand: it has no manners of its own. */
export interface BitswapPeer extends AsyncDisposable {
  readonly peerId: string;
  /** Where it listens. */
  readonly address: string;
  readonly libp2p: Libp2p;
  /** What came in, in order. */
  readonly received: readonly RawMessage[];
  connect(address: string): Promise<void>;
  /** A stream to a connected node, for any bytes. */
  open(node: string): Promise<Stream>;
  /** One message on a stream of its own. */
  send(node: string, message: RawMessage): Promise<void>;
}

/** What it does with a message; `from` is the node's peer id. */
export type BitswapBehaviour = (message: RawMessage, from: string, peer: BitswapPeer) => void;

export async function startBitswapPeer(
  behave: BitswapBehaviour = () => {},
): Promise<BitswapPeer> {
  const received: RawMessage[] = [];
  const libp2p = await createLibp2p({
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    services: { identify: identify(), ping: ping() },
  });
  const limits = { maxInboundStreams: STREAMS, maxOutboundStreams: STREAMS };
  await libp2p.handle(PROTOCOL, (stream, connection) => {
    let gathered = new Uint8Array();
    stream.addEventListener("message", ({ data }) => {
      gathered = concat([gathered, data.subarray()]);
      for (let next = unframed(gathered); next !== null; next = unframed(gathered)) {
        gathered = gathered.slice(varint(next.length).length + next.length);
        const message = decode(next);
        received.push(message);
        behave(message, connection.remotePeer.toString(), peer);
      }
    });
  }, limits);

  const peer: BitswapPeer = {
    peerId: libp2p.peerId.toString(),
    address: libp2p.getMultiaddrs().map(String)[0] ?? "",
    libp2p,
    received,
    async connect(address) {
      await libp2p.dial(multiaddr(address), { signal: AbortSignal.timeout(DIAL_MILLISECONDS) });
    },
    async open(node) {
      const connection = libp2p.getConnections().find(({ remotePeer }) =>
        remotePeer.toString() === node
      );
      if (connection === undefined) throw new Error(`${node} is not connected`);
      return await connection.newStream(PROTOCOL, { maxOutboundStreams: STREAMS });
    },
    async send(node, message) {
      const stream = await peer.open(node);
      const bytes = encode(message);
      stream.send(concat([varint(bytes.length), bytes]));
      stream.close().catch(() => {});
    },
    [Symbol.asyncDispose]: async () => void await libp2p.stop(),
  };
  return peer;
}

/** What a block of this CID is sent with: the CID without its digest. */
export function prefixOf({ version, code, multihash }: CID): Uint8Array {
  return concat([version, code, multihash.code, multihash.digest.length].map(varint));
}

/** The CIDs that a message asks for, in order; cancels are left out. */
export function wanted({ wants = [] }: RawMessage): string[] {
  return wants.filter(({ cancel }) => !cancel).map(({ cid }) => CID.decode(cid).toString());
}

export function encode({ wants = [], blocks = [], presences = [] }: RawMessage): Uint8Array {
  return concat([
    field(1, concat(wants.map((want) => field(1, encodeWant(want))))),
    ...blocks.map(({ prefix, data }) => field(3, concat([field(1, prefix), field(2, data)]))),
    ...presences.map(({ cid, has }) => field(4, concat([field(1, cid), number(2, has ? 0 : 1)]))),
  ]);
}

function encodeWant({ cid, cancel = false, have = false, tellMissing = false }: RawWant) {
  return concat([
    field(1, cid),
    number(2, 1),
    number(3, cancel ? 1 : 0),
    number(4, have ? 1 : 0),
    number(5, tellMissing ? 1 : 0),
  ]);
}

function decode(bytes: Uint8Array): RawMessage {
  const fields = read(bytes);
  const lists = fields.filter(({ key }) => key === 1).flatMap(({ bytes }) => read(bytes));
  return {
    wants: lists.filter(({ key }) => key === 1).map(({ bytes }) => {
      const entry = read(bytes);
      const flag = (key: number) => entry.some((one) => one.key === key && one.value !== 0);
      return { cid: bytesAt(entry, 1), cancel: flag(3), have: flag(4), tellMissing: flag(5) };
    }),
    blocks: fields.filter(({ key }) => key === 3).map(({ bytes }) => {
      const block = read(bytes);
      return { prefix: bytesAt(block, 1), data: bytesAt(block, 2) };
    }),
    presences: fields.filter(({ key }) => key === 4).map(({ bytes }) => {
      const presence = read(bytes);
      const missing = presence.some(({ key, value }) => key === 2 && value !== 0);
      return { cid: bytesAt(presence, 1), has: !missing };
    }),
  };
}

interface Field {
  readonly key: number;
  readonly value: number;
  readonly bytes: Uint8Array;
}

/** Varints and length-delimited fields: nodes send no others. */
function read(bytes: Uint8Array): Field[] {
  const fields: Field[] = [];
  for (let at = 0; at < bytes.length;) {
    const [tag, afterTag] = readVarint(bytes, at);
    const [value, afterValue] = readVarint(bytes, afterTag);
    const isBytes = (tag & 7) === 2;
    at = isBytes ? afterValue + value : afterValue;
    const held = isBytes ? bytes.slice(afterValue, at) : new Uint8Array();
    fields.push({ key: tag >> 3, value: isBytes ? 0 : value, bytes: held });
  }
  return fields;
}

function bytesAt(fields: readonly Field[], key: number): Uint8Array {
  return fields.find((field) => field.key === key)?.bytes ?? new Uint8Array();
}

function readVarint(bytes: Uint8Array, start: number): [value: number, end: number] {
  let value = 0;
  for (let at = start; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * 2 ** (7 * (at - start));
    if (byte < 0x80) return [value, at + 1];
  }
  throw new RangeError("the bytes end within a number");
}

function field(key: number, bytes: Uint8Array): Uint8Array {
  return concat([varint((key << 3) | 2), varint(bytes.length), bytes]);
}

function number(key: number, value: number): Uint8Array {
  return concat([varint(key << 3), varint(value)]);
}
