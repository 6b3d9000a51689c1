import type { Stream } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { concat } from "../../resolver/concat.ts";
import {
  encodeMessage,
  framed,
  GET_VALUE,
  type KadMessage,
  type KadPeerInfo,
  kadRecord,
  kadValue,
  PUT_VALUE,
  varint,
} from "./kad_messages.ts";
import { type Behaviour, type KadPeer, reply, sendBytes, startKadPeer } from "./kad_peer.ts";
import { until } from "./network.ts";

/** How fast a peer drips; slower than that is no different from silence. */
const DRIP_MILLISECONDS = 20;

/** What comes in reaches the engine's deadline for messages long before so many drips are through. */
const DRIPPED_BYTES = 10_000;

/** Answers every question with these bytes, and ends the stream at every correction. */
export function servesOld(value: Uint8Array): Behaviour {
  return (message, stream) => {
    if (message.type === PUT_VALUE) stream.abort(new Error("It keeps what it has."));
    else reply(stream, answerWith(message, value));
  };
}

/** Answers with these bytes until somebody corrects it: a node that was away for a while. */
export function laggard(value: Uint8Array): { readonly behaviour: Behaviour; held(): Uint8Array } {
  let held = value;
  return {
    held: () => held,
    behaviour(message, stream) {
      if (message.type === PUT_VALUE && message.record !== undefined) {
        held = kadValue(message.record) ?? held;
        reply(stream, message);
      } else {
        reply(stream, answerWith(message, held));
      }
    },
  };
}

/** Knows nobody and holds nothing. */
export const servesNothing: Behaviour = ({ type, key = new Uint8Array() }, stream) =>
  reply(stream, { type, key });

/** Takes the stream and never says a word. */
export const stalls: Behaviour = () => {};

/** What is no message at all. */
export function sendsGarbage(random: () => number): Behaviour {
  return (_message, stream) => {
    const bytes = Uint8Array.from({ length: 200 }, () => Math.floor(random() * 256));
    sendBytes(stream, random() < 0.5 ? framed(bytes) : bytes);
  };
}

/** Begins a good answer and goes on a byte at a time, for ever. */
export function drips(value: Uint8Array): Behaviour {
  return (message, stream) => {
    const bytes = concat([varint(DRIPPED_BYTES), encodeMessage(answerWith(message, value))]);
    let at = 0;
    const timer = setInterval(() => {
      try {
        stream.send(bytes.slice(at, ++at));
      } catch {
        clearInterval(timer);
      }
    }, DRIP_MILLISECONDS);
    stream.addEventListener("close", () => clearInterval(timer));
  };
}

/** Answers everything with one record, its key as asked for or its own. */
export function servesOthers(key: Uint8Array, value: Uint8Array, asAsked: boolean): Behaviour {
  return (message, stream) =>
    reply(stream, {
      type: message.type,
      ...(message.key === undefined ? {} : { key: message.key }),
      record: kadRecord(asAsked ? message.key ?? key : key, value),
    });
}

/** Knows nothing but so many peers, who are all at `addresses` and do not exist. */
export function inventsPeers(
  count: number,
  addresses: readonly string[],
  random: () => number,
): Behaviour {
  const binary = addresses.map((address) => multiaddr(address).bytes);
  return (message, stream) => {
    const closer = Array.from({ length: count }, () => inventedPeer(binary, random));
    reply(stream, {
      type: message.type,
      ...(message.key === undefined ? {} : { key: message.key }),
      closer,
    });
  };
}

/** A listener that takes connections, counts them, and says nothing. */
export interface Tarpit extends AsyncDisposable {
  /** A multiaddress without a peer. */
  readonly address: string;
  connections(): number;
}

export function openTarpit(): Tarpit {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  let count = 0;
  const serving = (async () => {
    for await (const connection of listener) {
      count += 1;
      open.add(connection);
    }
  })();
  return {
    address: `/ip4/127.0.0.1/tcp/${listener.addr.port}`,
    connections: () => count,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
      for (const connection of open) connection.close();
    },
  };
}

/** What a flood came to. */
export interface FloodReport {
  /** Messages that the node answered. */
  readonly answered: number;
  /** Messages whose stream the node ended, or that it never took. */
  readonly refused: number;
}

/** Sends all of these messages to a node, `atOnce` at a time, each on a stream of its own. */
export async function flood(
  peer: KadPeer,
  address: string,
  { messages, atOnce }: { messages: readonly KadMessage[]; atOnce: number },
): Promise<FloodReport> {
  const left = messages.values();
  let answered = 0;
  let refused = 0;
  async function work(): Promise<void> {
    for (const message of left) {
      if (await peer.ask(address, message) === null) refused += 1;
      else answered += 1;
    }
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  return { answered, refused };
}

/**
 * Promises a message of `size` bytes and goes on sending until the node ends the stream, or all of it
 * went out. Resolves with the bytes that left this side.
 */
export async function sendHuge(peer: KadPeer, address: string, size: number): Promise<number> {
  const chunk = new Uint8Array(16_384);
  let stream: Stream;
  try {
    stream = await peer.open(address);
  } catch {
    return 0;
  }
  let sent = 0;
  try {
    stream.send(varint(size));
    while (sent < size) {
      const room = stream.send(chunk);
      sent += chunk.length;
      if (!room) await stream.onDrain({ signal: AbortSignal.timeout(DRAIN_MILLISECONDS) });
    }
  } catch {
    // The node has ended it, or does not read on.
  }
  const waiting = stream.writeBufferLength;
  stream.abort(new Error("enough"));
  return sent - waiting;
}

const DRAIN_MILLISECONDS = 2_000;

/** Peers with these behaviours that come to the nodes; each has been met by one of them at least. */
export async function joinAs(
  behaviours: readonly Behaviour[],
  nodes: readonly { readonly network: { addresses(): readonly string[]; peers(): Peers } }[],
): Promise<readonly KadPeer[] & AsyncDisposable> {
  const peers = await Promise.all(behaviours.map(startKadPeer));
  for (const peer of peers) {
    for (const { network } of nodes) {
      const [address = ""] = network.addresses();
      await peer.libp2p.dial(multiaddr(address));
    }
  }
  const ids = peers.map(({ peerId }) => peerId);
  await until(
    "the nodes have met the adversaries",
    () => {
      const met = nodes.flatMap(({ network }) => network.peers())
        .filter(({ server }) => server)
        .map(({ peer }) => peer);
      return ids.every((id) => met.includes(id));
    },
  );
  return Object.assign(peers, {
    [Symbol.asyncDispose]: async () => {
      await Promise.all(peers.map((peer) => peer[Symbol.asyncDispose]()));
    },
  });
}

type Peers = readonly { readonly peer: string; readonly server: boolean }[];

function answerWith({ type, key = new Uint8Array() }: KadMessage, value: Uint8Array): KadMessage {
  return type === GET_VALUE ? { type, key, record: kadRecord(key, value) } : { type, key };
}

/** A SHA-256 multihash of nobody. */
function inventedPeer(addresses: readonly Uint8Array[], random: () => number): KadPeerInfo {
  const digest = Uint8Array.from({ length: 32 }, () => Math.floor(random() * 256));
  return { id: concat([Uint8Array.from([0x12, 0x20]), digest]), addresses };
}
