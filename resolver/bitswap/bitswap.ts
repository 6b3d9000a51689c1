import type { Connection, PeerId, Startable, Stream } from "@libp2p/interface";
import type { KadDHTComponents } from "@libp2p/kad-dht";
import type { Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import type { BlockStore } from "../node/node.ts";
import { senderOf } from "../network/senders.ts";
import { createBytePace } from "./byte_pace.ts";
import { createGathered } from "./gathered.ts";
import { type BitswapMessage, decodeBitswapMessage } from "./message.ts";
import { createOutbox } from "./outbox.ts";
import { BITSWAP_PROTOCOL, type BitswapLimits, bitswapLimits } from "./protocol.ts";
import { readMessages } from "./read_messages.ts";
import { createServing } from "./serving.ts";
import { createWants, type Wants } from "./wants.ts";

/** Streams that one connection may open: Kubo uses one, Helia one for each message. */
const INBOUND_STREAMS = 32;
const OUTBOUND_STREAMS = 8;

/** Senders that are remembered, some 200 bytes each. */
const MAX_SENDERS = 10_000;

/** What bitswap did since the start. */
export interface BitswapCounters {
  readonly sentBlocks: number;
  readonly sentBytes: number;
  readonly receivedBlocks: number;
  readonly receivedBytes: number;
  /** Blocks that came and were not wanted. */
  readonly unaskedBlocks: number;
  /** Wants of others beyond the limits. */
  readonly refusedWants: number;
}

/** Blocks given and taken on the connections of a libp2p node. It dials nobody by itself. */
export interface Bitswap extends Startable {
  readonly wants: Wants;
  /** The connected peers that speak it. */
  peers(): readonly PeerId[];
  counters(): BitswapCounters;
}

export interface BitswapOptions {
  /** This node's blocks. Nothing that comes in is written there: that is the verifying reader's. */
  readonly blocks: Pick<BlockStore, "get" | "has">;
  readonly clock: Clock;
  readonly alarm: Alarm;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
  /** Hears of peers that sent blocks nobody wanted: most often forged ones. */
  readonly onUnasked: (peer: PeerId) => void;
  readonly limits?: BitswapLimits;
}

/** A service of a libp2p node. */
export function createBitswap(
  { registrar, connectionManager, events }: Pick<
    KadDHTComponents,
    "registrar" | "connectionManager" | "events"
  >,
  options: BitswapOptions,
): Bitswap {
  const { clock, alarm, signal, limits = bitswapLimits } = options;
  const counters = {
    sentBlocks: 0,
    sentBytes: 0,
    receivedBlocks: 0,
    receivedBytes: 0,
    unaskedBlocks: 0,
    refusedWants: 0,
  };
  const peers = new Map<string, PeerId>();
  const gathered = createGathered(limits);
  const fieldPace = createBytePace(limits.senderFields, { clock, maxKeys: MAX_SENDERS });
  let registration: string | null = null;

  const outbox = createOutbox({
    connections: (peer) => connectionManager.getConnections(peer),
    limits,
    alarm,
  });
  const wants = createWants({
    outbox,
    isConnected: (peer) => connectionManager.getConnections(peer).length > 0,
    clock,
    signal,
    onUnasked(peer) {
      counters.unaskedBlocks += 1;
      options.onUnasked(peer);
    },
    onReceived(bytes) {
      counters.receivedBlocks += 1;
      counters.receivedBytes += bytes;
    },
  });
  const serving = createServing({
    ...options,
    outbox,
    limits,
    onSent(bytes) {
      counters.sentBlocks += 1;
      counters.sentBytes += bytes;
    },
    onRefused: () => counters.refusedWants += 1,
  });

  function handle(stream: Stream, connection: Connection): void {
    const { remotePeer: peer } = connection;
    const sender = senderOf(connection);
    readMessages(stream, {
      ...limits,
      alarm,
      maxBytes: () => wants.expects(peer) ? limits.answerBytes : limits.questionBytes,
      reserve: (bytes) => gathered.reserve(sender, bytes, wants.expects(peer)),
      release: (bytes) => gathered.release(sender, bytes),
      onMessage(bytes) {
        const message = decode(sender, bytes);
        serving.receive(peer, sender, message);
        wants.receive(peer, message);
      },
    });
  }

  /** Throws RangeError for what is no message, and when the sender's messages take too much time. */
  function decode(sender: string, bytes: Uint8Array): BitswapMessage {
    if (fieldPace.wait(sender) > 0) throw new RangeError("the peer sends too much");
    const budget = { left: limits.messageFields };
    try {
      return decodeBitswapMessage(bytes, { maxEntries: limits.entries, budget });
    } finally {
      fieldPace.spend(sender, limits.messageFields - budget.left);
    }
  }

  function drop(peer: PeerId): void {
    outbox.drop(peer);
    wants.drop(peer);
    serving.drop(peer);
  }

  return {
    wants,
    peers: () => [...peers.values()],
    counters: () => ({ ...counters }),

    async start() {
      await registrar.handle(BITSWAP_PROTOCOL, handle, {
        maxInboundStreams: INBOUND_STREAMS,
        maxOutboundStreams: OUTBOUND_STREAMS,
      });
      registration = await registrar.register(BITSWAP_PROTOCOL, {
        onConnect: (peer) => void peers.set(peer.toString(), peer),
        onDisconnect: (peer) => void peers.delete(peer.toString()),
      });
      // The registrar tells only of peers that have said what they speak.
      events.addEventListener("peer:disconnect", ({ detail: peer }) => drop(peer));
    },

    async stop() {
      if (registration !== null) registrar.unregister(registration);
      await registrar.unhandle(BITSWAP_PROTOCOL);
      peers.clear();
    },
  };
}
