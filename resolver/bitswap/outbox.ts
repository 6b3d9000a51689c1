import type { NewStreamOptions, PeerId, Stream } from "@libp2p/interface";
import { abortable, type Alarm, deadline } from "../deadline.ts";
import { UnavailableError } from "../errors.ts";
import { varint } from "../protobuf/write_fields.ts";
import { BITSWAP_PROTOCOL, type BitswapLimits } from "./protocol.ts";

/** Written at a time: in between, others get a turn, and a reader who stopped is noticed. */
const PIECE_BYTES = 64 * 1_024;

/** Streams of ours on one connection: one carries all, and another is opened when it broke. */
const OUTBOUND_STREAMS = 8;

/** Sends messages to connected peers, each peer's one after another on one stream. It dials nobody. */
export interface Outbox {
  /** Resolves when the message has left. Throws UnavailableError, and the signal's reason. */
  send(peer: PeerId, message: Uint8Array, signal: AbortSignal): Promise<void>;
  /** Forgets the stream to a peer that has gone. */
  drop(peer: PeerId): void;
}

/** As much of a stream as is written to. */
export interface OutgoingStream
  extends Pick<Stream, "writeStatus" | "writableNeedsDrain" | "send" | "close" | "abort"> {
  addEventListener(type: "drain" | "close", listener: () => void): void;
  removeEventListener(type: "drain" | "close", listener: () => void): void;
}

/** As much of a connection as is needed. */
export interface OutgoingConnection {
  newStream(protocol: string, options: NewStreamOptions): Promise<OutgoingStream>;
}

/** The way to one peer. */
interface Line {
  stream: OutgoingStream | null;
  last: Promise<unknown>;
  waiting: number;
  cancelIdle: () => void;
}

export function createOutbox(
  { connections, limits, alarm }: {
    connections: (peer: PeerId) => readonly OutgoingConnection[];
    limits: Pick<BitswapLimits, "sendMilliseconds" | "stallMilliseconds" | "idleMilliseconds">;
    alarm: Alarm;
  },
): Outbox {
  const lines = new Map<string, Line>();

  function lineTo(peer: PeerId): Line {
    const name = peer.toString();
    const line = lines.get(name) ??
      { stream: null, last: Promise.resolve(), waiting: 0, cancelIdle: () => {} };
    lines.set(name, line);
    return line;
  }

  async function open(peer: PeerId, signal: AbortSignal): Promise<OutgoingStream> {
    const [connection] = connections(peer);
    if (connection === undefined) throw new UnavailableError("The peer is not connected.");
    return await connection.newStream(BITSWAP_PROTOCOL, {
      signal,
      maxOutboundStreams: OUTBOUND_STREAMS,
    });
  }

  async function write(peer: PeerId, line: Line, message: Uint8Array, parent: AbortSignal) {
    using limit = deadline(limits.sendMilliseconds, { parent, alarm });
    line.cancelIdle();
    if (line.stream?.writeStatus !== "writable") line.stream = await open(peer, limit.signal);
    const { stream } = line;
    try {
      stream.send(varint(message.length));
      for (let at = 0; at < message.length; at += PIECE_BYTES) {
        stream.send(message.subarray(at, at + PIECE_BYTES));
        using stall = deadline(limits.stallMilliseconds, { parent: limit.signal, alarm });
        await drained(stream, stall.signal);
      }
    } catch (error) {
      // Half a message may have left: nothing can follow it.
      stream.abort(error instanceof Error ? error : new Error(String(error)));
      line.stream = null;
      throw error;
    }
    line.cancelIdle = alarm(limits.idleMilliseconds, () => closeIdle(peer, line));
  }

  function closeIdle(peer: PeerId, line: Line): void {
    if (line.waiting > 0) return;
    line.stream?.close().catch(() => {});
    const name = peer.toString();
    // The peer may have left and come back: that line is another one.
    if (lines.get(name) === line) lines.delete(name);
  }

  return {
    async send(peer, message, signal) {
      const line = lineTo(peer);
      line.waiting += 1;
      const turn = line.last.then(() => write(peer, line, message, signal));
      line.last = turn.catch(() => {}).finally(() => {
        line.waiting -= 1;
        // Nobody hears of a peer that had gone before it was written to.
        const isDead = line.waiting === 0 && line.stream === null;
        if (isDead && lines.get(peer.toString()) === line) lines.delete(peer.toString());
      });
      try {
        await turn;
      } catch (cause) {
        signal.throwIfAborted();
        throw new UnavailableError("The peer does not take messages.", { cause });
      }
    },

    drop(peer) {
      const line = lines.get(peer.toString());
      lines.delete(peer.toString());
      line?.cancelIdle();
      line?.stream?.abort(new UnavailableError("The peer has left."));
    },
  };
}

/**
 * Waits until the stream takes more. `Stream.onDrain` of libp2p 3.3.11 waits once: its promise stays
 * resolved afterwards.
 */
async function drained(stream: OutgoingStream, signal: AbortSignal): Promise<void> {
  while (stream.writableNeedsDrain) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const closed = () => reject(new UnavailableError("The peer closed the stream."));
    const drain = () => resolve();
    stream.addEventListener("drain", drain);
    stream.addEventListener("close", closed);
    try {
      await abortable(promise, signal);
    } finally {
      stream.removeEventListener("drain", drain);
      stream.removeEventListener("close", closed);
    }
  }
}
