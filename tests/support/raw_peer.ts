import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { identify } from "@libp2p/identify";
import { ping } from "@libp2p/ping";
import { Libp2pRecord } from "@libp2p/record";
import { tcp } from "@libp2p/tcp";
import { lpStream } from "@libp2p/utils";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import { DHT_PROTOCOL } from "../../resolver/network/network.ts";

/** The kinds of messages in the DHT's protocol, by number. */
export const PUT_VALUE = 0;
export const GET_VALUE = 1;
export const ADD_PROVIDER = 2;
export const FIND_NODE = 4;

const DEADLINE_MILLISECONDS = 15_000;

/** A peer that speaks the protocol by hand, so that it can break every rule. */
export interface RawPeer extends AsyncDisposable {
  readonly id: string;
  readonly idBytes: Uint8Array;
  readonly address: string;
  /** One message on a stream of its own. Throws when the other side answers with a reset. */
  send(target: string, message: Uint8Array): Promise<Uint8Array>;
  /** The same with any bytes, the length before the message included. */
  sendBytes(target: string, bytes: Uint8Array): Promise<Uint8Array>;
  /** The same in several pieces. */
  sendPieces(target: string, pieces: readonly Uint8Array[]): Promise<Uint8Array>;
  connections(): number;
}

/** `answer`: what it says to each message; null: nothing, ever. Without it the peer serves nobody. */
export async function startRawPeer(
  answer?: (message: Uint8Array) => Uint8Array | null,
): Promise<RawPeer> {
  const host = await createLibp2p({
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionGater: { denyDialMultiaddr: () => false },
    services: { identify: identify(), ping: ping() },
  });
  if (answer !== undefined) {
    await host.handle(DHT_PROTOCOL, async (stream) => {
      const messages = lpStream(stream);
      try {
        while (true) {
          const said = answer((await messages.read()).subarray());
          if (said !== null) await messages.write(said);
        }
      } catch {
        // The other side has left.
      }
    });
  }

  async function exchange(
    target: string,
    write: (stream: Awaited<ReturnType<typeof host.dialProtocol>>) => Promise<void> | void,
  ): Promise<Uint8Array> {
    const signal = AbortSignal.timeout(DEADLINE_MILLISECONDS);
    const stream = await host.dialProtocol(multiaddr(target), DHT_PROTOCOL, { signal });
    const messages = lpStream(stream);
    const reading = messages.read({ signal });
    reading.catch(() => {});
    await write(stream);
    try {
      return (await reading).subarray();
    } finally {
      stream.close({ signal }).catch(() => {});
    }
  }

  return {
    id: host.peerId.toString(),
    idBytes: host.peerId.toMultihash().bytes,
    address: host.getMultiaddrs().map(String)[0] ?? "",
    send: (target, message) =>
      exchange(target, (stream) => void stream.send(lengthPrefixed(message))),
    sendBytes: (target, bytes) => exchange(target, (stream) => void stream.send(bytes)),
    sendPieces: (target, pieces) =>
      exchange(target, (stream) => {
        for (const piece of pieces) stream.send(piece);
      }),
    connections: () => host.getConnections().length,
    [Symbol.asyncDispose]: () => Promise.resolve(host.stop()),
  };
}

/** A question or an answer, with what it has. */
export function dhtMessage(
  kind: number,
  key: Uint8Array,
  parts: { value?: Uint8Array; recordKey?: Uint8Array; closer?: readonly Uint8Array[] } = {},
): Uint8Array {
  const record = parts.value === undefined
    ? []
    : [field(3, new Libp2pRecord(parts.recordKey ?? key, parts.value, new Date()).serialize())];
  const closer = (parts.closer ?? []).map((peer) => field(8, peer));
  return concat([Uint8Array.of(0x08, kind), field(2, key), ...record, ...closer]);
}

/** A peer as it stands in an answer. */
export function closerPeer(id: Uint8Array, addresses: readonly string[]): Uint8Array {
  return concat([field(1, id), ...addresses.map((one) => field(2, multiaddr(one).bytes))]);
}

export function lengthPrefixed(message: Uint8Array): Uint8Array {
  return concat([varint(message.length), message]);
}

function field(number: number, bytes: Uint8Array): Uint8Array {
  return concat([varint(number * 8 + 2), varint(bytes.length), bytes]);
}

export function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push(value % 0x80 + 0x80);
  return Uint8Array.from([...bytes, value]);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
