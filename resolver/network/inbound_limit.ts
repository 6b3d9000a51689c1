import type { MultiaddrConnection } from "@libp2p/interface";
import type { Multiaddr } from "@multiformats/multiaddr";
import { clientKey, isLoopback } from "../client_key.ts";
import { addressOf } from "./senders.ts";

/** Several nodes may share an address, behind one router. */
const PER_ADDRESS = 16;
/** On this machine a proxy may stand for everybody: it has half of all places, and no more. */
const PER_PROXY = 150;

/** As much of a connection as is looked at. */
export interface InboundConnection {
  readonly remoteAddr: Multiaddr;
  readonly status: MultiaddrConnection["status"];
  addEventListener(type: "close", listener: () => void, options: { once: true }): void;
}

/**
 * Counts the connections that came in, from the first byte: without it one address takes all places,
 * those of unfinished handshakes first.
 */
export interface InboundLimit {
  /** False when its address has its share already; otherwise it counts until it is closed. */
  admit(connection: InboundConnection): boolean;
}

export function createInboundLimit(): InboundLimit {
  const open = new Map<string, number>();

  function leave(key: string): void {
    const left = (open.get(key) ?? 1) - 1;
    if (left === 0) open.delete(key);
    else open.set(key, left);
  }

  return {
    admit(connection) {
      const address = addressOf(connection.remoteAddr);
      const key = clientKey(address);
      const count = open.get(key) ?? 0;
      const most = isLoopback(address) ? PER_PROXY : PER_ADDRESS;
      if (count >= most || connection.status !== "open") return false;
      open.set(key, count + 1);
      connection.addEventListener("close", () => leave(key), { once: true });
      return true;
    },
  };
}
