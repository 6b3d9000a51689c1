import type { Call } from "../contracts.ts";
import { parseIpAddress } from "../outbound/ip_address.ts";
import { decodeReply, encodeQuery, type Question, type Reply } from "./message.ts";
import type { Endpoint } from "./setting.ts";

/**
 * Asks once over UDP, from a port of its own and with a random id (RFC 5452). Whatever does not come
 * from the server, or is no reply to this question, is ignored: anybody can send a datagram.
 */
export async function askOverUdp(
  server: Endpoint,
  question: Question,
  { signal }: Call,
): Promise<Reply> {
  const { createSocket } = await import("node:dgram");
  const id = randomId();
  const query = await encodeQuery(question, id);
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<Reply>();
  const socket = createSocket(parseIpAddress(server.address)?.version === 6 ? "udp6" : "udp4");
  const end = () => reject(signal.reason);
  signal.addEventListener("abort", end);
  socket.on("error", reject);
  socket.on("message", (bytes, sender) => {
    // The runtime's connected sockets let other senders through (measured), so none is used.
    if (!isSame(server, sender)) return;
    decodeReply(bytes, question, id).then(resolve, () => {});
  });
  socket.send(query, server.port, server.address, (error) => error && reject(error));
  try {
    return await promise;
  } finally {
    signal.removeEventListener("abort", end);
    socket.close();
  }
}

function isSame(server: Endpoint, sender: Endpoint): boolean {
  return server.port === sender.port &&
    parseIpAddress(server.address)?.value === parseIpAddress(sender.address)?.value;
}

function randomId(): number {
  return crypto.getRandomValues(new Uint16Array(1))[0] ?? 0;
}
