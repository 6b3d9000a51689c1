import type { ComponentLogger, Upgrader } from "@libp2p/interface";
import { multiaddr } from "@multiformats/multiaddr";
import { clientKey, isLoopback } from "../client_key.ts";
import { abortable, type Alarm, deadline } from "../deadline.ts";
import { parseIpAddress } from "../outbound/ip_address.ts";
import { WebSocketConnection } from "./websocket_connection.ts";

/** From the WebSocket that is not open yet to the peer that has said who it is; milliseconds. */
const HANDSHAKE_MILLISECONDS = 5_000;

/** WebSockets in that state at the same time, in all and of one address; a proxy stands for everybody. */
const MAX_HANDSHAKES = 256;
const MAX_HANDSHAKES_PER_ADDRESS = 16;

/** Takes the WebSockets that the HTTP server is opened for. */
export interface HttpPort {
  accept(socket: WebSocket, remote: { readonly hostname: string; readonly port: number }): void;
}

/** `signal` ends the handshakes under way. */
export function createHttpPort(
  { upgrader, logger }: { upgrader: Upgrader; logger: ComponentLogger },
  { alarm, signal }: { alarm: Alarm; signal: AbortSignal },
): HttpPort {
  const log = logger.forComponent("ourspace:http-port");
  const handshakes: string[] = [];

  function hasRoom(address: string): boolean {
    if (handshakes.length >= MAX_HANDSHAKES) return false;
    return isLoopback(address) ||
      handshakes.filter((one) => one === clientKey(address)).length < MAX_HANDSHAKES_PER_ADDRESS;
  }

  async function shakeHands(
    socket: WebSocket,
    remote: { readonly hostname: string; readonly port: number },
  ): Promise<void> {
    using limit = deadline(HANDSHAKE_MILLISECONDS, { parent: signal, alarm });
    try {
      await opened(socket, limit.signal);
      const family = parseIpAddress(remote.hostname)?.version;
      const address = family === undefined
        ? `/ip4/127.0.0.1/tcp/${remote.port}/ws`
        : `/ip${family}/${remote.hostname}/tcp/${remote.port}/ws`;
      const connection = new WebSocketConnection(socket, multiaddr(address), log);
      const gone = new AbortController();
      connection.addEventListener("close", () => gone.abort(), { once: true });
      const ended = AbortSignal.any([limit.signal, gone.signal]);
      await abortable(upgrader.upgradeInbound(connection, { signal: ended }), ended);
    } catch {
      // What strangers do wrong is their business.
      closeWebSocket(socket);
    }
  }

  return {
    accept(socket, remote) {
      if (signal.aborted || !hasRoom(remote.hostname)) {
        closeWebSocket(socket);
        return;
      }
      const key = clientKey(remote.hostname);
      handshakes.push(key);
      shakeHands(socket, remote).finally(() => handshakes.splice(handshakes.indexOf(key), 1));
    },
  };
}

/** The runtime does not close one that is not open yet: the other side would wait for ever. */
export function closeWebSocket(socket: WebSocket): void {
  if (socket.readyState !== WebSocket.CONNECTING) socket.close();
  else socket.addEventListener("open", () => socket.close(), { once: true });
}

function opened(socket: WebSocket, signal: AbortSignal): Promise<void> {
  if (socket.readyState === WebSocket.OPEN) return Promise.resolve();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.addEventListener("open", () => resolve(), { once: true });
  socket.addEventListener("close", () => reject(new Error("closed")), { once: true });
  socket.addEventListener("error", () => reject(new Error("failed")), { once: true });
  const abort = () => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  return promise.finally(() => signal.removeEventListener("abort", abort));
}
