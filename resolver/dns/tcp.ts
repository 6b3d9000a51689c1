import { Buffer } from "node:buffer";
import type { Call } from "../contracts.ts";
import { decodeReply, encodeQuery, type Question, type Reply } from "./message.ts";
import type { Endpoint } from "./setting.ts";

/** Asks once over a TCP connection of its own (RFC 7766): for replies that no datagram can hold. */
export async function askOverTcp(
  server: Endpoint,
  question: Question,
  { signal }: Call,
): Promise<Reply> {
  const [{ connect }, { addAbortSignal }] = await Promise.all([
    import("node:net"),
    import("node:stream"),
  ]);
  // The connection itself tells replies apart.
  const id = 0;
  const query = await encodeQuery(question, id);
  signal.throwIfAborted();
  const socket = connect({ host: server.address, port: server.port });
  addAbortSignal(signal, socket);
  socket.write(Buffer.concat([lengthOf(query), query]));
  return await decodeReply(await readMessage(socket), question, id);
}

/** Each message has its length in two bytes before it, so that 64 KiB is the most that is read. */
async function readMessage(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  let received = Buffer.alloc(0);
  for await (const chunk of chunks) {
    received = Buffer.concat([received, chunk]);
    if (received.length < 2) continue;
    const end = 2 + received.readUInt16BE(0);
    if (received.length >= end) return received.subarray(2, end);
  }
  throw new Error("The connection ended before the reply did");
}

function lengthOf(message: Uint8Array): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(message.length);
  return bytes;
}
