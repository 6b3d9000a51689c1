import type { PointerNetwork } from "../resolver/network/network.ts";
import { problem } from "./http/problem.ts";
import { requestUrl } from "./http/request_url.ts";

/** Where a connection comes from. */
interface Remote {
  readonly hostname: string;
  readonly port: number;
}

/**
 * True when a WebSocket is asked for at `/`, whatever the host. Every request passes here: one that is not
 * for a path's end costs no look at its headers.
 */
export function wantsWebSocket(request: Request): boolean {
  return request.url.endsWith("/") &&
    request.headers.get("Upgrade")?.toLowerCase() === "websocket" &&
    requestUrl(request).pathname === "/";
}

/**
 * Hands the WebSocket to the network: one open port is enough for a node. A page of any origin may
 * open one, because a browser is as good a peer as another: the connection carries no cookies, and
 * both ends prove who they are inside it (Noise).
 */
export function openWebSocket(
  request: Request,
  remote: Remote,
  network: PointerNetwork | null,
): Response {
  if (network === null || network.mode === "client") {
    return problem(404, "no-network", "No network here", "This gateway takes in no other nodes.");
  }
  const upgraded = upgrade(request);
  if (upgraded === null) {
    return problem(400, "no-websocket", "No WebSocket", "This is no complete WebSocket request.");
  }
  upgraded.socket.binaryType = "arraybuffer";
  network.accept(upgraded.socket, remote);
  return upgraded.response;
}

/** Null for a handshake that is not complete (RFC 6455, section 4.2.1). */
function upgrade(request: Request): Deno.WebSocketUpgrade | null {
  try {
    return Deno.upgradeWebSocket(request);
  } catch (error) {
    if (error instanceof TypeError) return null;
    throw error;
  }
}
