import { noise } from "@chainsafe/libp2p-noise";
import { yamux } from "@chainsafe/libp2p-yamux";
import { identify } from "@libp2p/identify";
import type { Libp2p, Stream } from "@libp2p/interface";
import { ping } from "@libp2p/ping";
import { tcp } from "@libp2p/tcp";
import { multiaddr } from "@multiformats/multiaddr";
import { createLibp2p } from "libp2p";
import { concat } from "../../resolver/concat.ts";
import { DHT_PROTOCOL } from "../../resolver/network/network.ts";
import { decodeMessage, encodeMessage, framed, type KadMessage, unframed } from "./kad_messages.ts";

/** What a hand-made peer does with a message that came in. The stream is its own to end. */
export type Behaviour = (message: KadMessage, stream: Stream) => void;

/** A peer that speaks the DHT's protocol without the library's DHT: it has no manners of its own. */
export interface KadPeer extends AsyncDisposable {
  readonly peerId: string;
  /** Where it listens. */
  readonly address: string;
  readonly libp2p: Libp2p;
  /** Messages that came in, by type. */
  readonly received: ReadonlyMap<number, number>;
  /** A stream to a node, for any bytes. Throws when the node will not have it. */
  open(address: string): Promise<Stream>;
  /** One question, and the answer; null when the node ends the stream, or will not have it. */
  ask(address: string, message: KadMessage): Promise<KadMessage | null>;
  /** The same with any bytes, which leave in these pieces: the length before a message is among them. */
  exchange(address: string, pieces: readonly Uint8Array[]): Promise<Uint8Array | null>;
}

const STREAMS = 10_000;
const DIAL_MILLISECONDS = 30_000;

/** Starts one that listens on loopback; without a behaviour it only asks, and nobody asks it. */
export async function startKadPeer(behaviour?: Behaviour): Promise<KadPeer> {
  const received = new Map<number, number>();
  const libp2p = await createLibp2p({
    addresses: { listen: ["/ip4/127.0.0.1/tcp/0"] },
    transports: [tcp()],
    connectionEncrypters: [noise()],
    streamMuxers: [yamux()],
    connectionManager: { inboundConnectionThreshold: Infinity, maxParallelDials: 500 },
    services: { identify: identify(), ping: ping() },
  });
  const take = async (stream: Stream, behave: Behaviour) => {
    const bytes = await firstMessage(stream);
    if (bytes === null) return;
    const message = decodeMessage(bytes);
    received.set(message.type, (received.get(message.type) ?? 0) + 1);
    behave(message, stream);
  };
  if (behaviour !== undefined) {
    const limits = { maxInboundStreams: STREAMS, maxOutboundStreams: STREAMS };
    await libp2p.handle(DHT_PROTOCOL, (stream) => take(stream, behaviour), limits);
  }

  async function open(address: string): Promise<Stream> {
    const signal = AbortSignal.timeout(DIAL_MILLISECONDS);
    const connection = await libp2p.dial(multiaddr(address), { signal });
    return await connection.newStream(DHT_PROTOCOL, { signal, maxOutboundStreams: STREAMS });
  }

  async function exchange(
    address: string,
    pieces: readonly Uint8Array[],
  ): Promise<Uint8Array | null> {
    try {
      const stream = await open(address);
      const answer = firstMessage(stream);
      for (const piece of pieces) stream.send(piece);
      const bytes = await answer;
      stream.close().catch(() => {});
      return bytes;
    } catch {
      return null;
    }
  }

  return {
    peerId: libp2p.peerId.toString(),
    address: libp2p.getMultiaddrs().map(String)[0] ?? "",
    libp2p,
    received,
    open,
    async ask(address, message) {
      const bytes = await exchange(address, [framed(encodeMessage(message))]);
      return bytes === null ? null : decodeMessage(bytes);
    },
    exchange,
    [Symbol.asyncDispose]: async () => void await libp2p.stop(),
  };
}

/** Sends an answer and ends the stream. */
export function reply(stream: Stream, message: KadMessage): void {
  sendBytes(stream, framed(encodeMessage(message)));
}

/** Sends bytes, whatever they are, and ends the stream. */
export function sendBytes(stream: Stream, bytes: Uint8Array): void {
  try {
    stream.send(bytes);
  } catch {
    // The other side has given up.
  }
  stream.close().catch(() => {});
}

/** The first message that comes on a stream; null when the stream ends before. */
async function firstMessage(stream: Stream): Promise<Uint8Array | null> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array | null>();
  let gathered = new Uint8Array();
  stream.addEventListener("message", ({ data }) => {
    gathered = concat([gathered, data.subarray()]);
    const message = unframed(gathered);
    if (message !== null) resolve(message);
  });
  for (const event of ["close", "end"] as const) {
    stream.addEventListener(event, () => resolve(null));
  }
  return await promise;
}
