import type { Logger } from "@libp2p/interface";
import { AbstractMultiaddrConnection, type SendResult } from "@libp2p/utils";
import type { Multiaddr } from "@multiformats/multiaddr";

/** The connection's encryption sends at most 64 KiB at once, and so does its multiplexer. */
const FRAME_MAX_BYTES = 256 * 1_024;

/** What may wait to be sent before the connection is as good as dead. */
const UNSENT_MAX_BYTES = 4 * 1_024 * 1_024;

type Pieces = Parameters<AbstractMultiaddrConnection["sendData"]>[0];

/** A WebSocket that came in on the HTTP port, as libp2p wants connections. It must be open. */
export class WebSocketConnection extends AbstractMultiaddrConnection {
  readonly #socket: WebSocket;

  constructor(socket: WebSocket, remoteAddr: Multiaddr, log: Logger) {
    super({ remoteAddr, direction: "inbound", log });
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.addEventListener("close", ({ wasClean }) => {
      if (wasClean) this.onTransportClosed();
      else this.onRemoteReset();
    }, { once: true });
    socket.addEventListener("message", ({ data }: MessageEvent<unknown>) => this.#receive(data));
  }

  override sendData(data: Pieces): SendResult {
    for (const piece of data) this.#socket.send(piece.slice());
    if (this.#socket.bufferedAmount > UNSENT_MAX_BYTES) {
      throw new RangeError("The peer does not read what it is sent.");
    }
    return { sentBytes: data.byteLength, canSendMore: true };
  }

  override sendReset(): void {
    this.#socket.close();
  }

  override sendClose(): Promise<void> {
    this.#socket.close();
    return Promise.resolve();
  }

  // A WebSocket cannot be told to wait.
  override sendPause(): void {}
  override sendResume(): void {}

  #receive(data: unknown): void {
    if (data instanceof ArrayBuffer && data.byteLength <= FRAME_MAX_BYTES) {
      this.onData(new Uint8Array(data));
      return;
    }
    this.abort(new RangeError("The peer sent a frame that is no part of the protocol."));
  }
}
