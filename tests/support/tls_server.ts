import assert from "node:assert/strict";
import tls from "node:tls";
import type { Certificate } from "./certificates.ts";
import { respond } from "./http_answers.ts";

/** A TLS server that remembers which names its clients asked for (SNI). */
export async function startTlsServer({ cert, key }: Certificate) {
  const names: unknown[] = [];
  const server = tls.createServer({ cert, key }, (socket) => {
    names.push("servername" in socket ? socket.servername : undefined);
    socket.on("error", () => {}).once("data", () => socket.end(respond("hello")));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  assert.ok(typeof address === "object" && address !== null);
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { port: address.port, names, [Symbol.asyncDispose]: stop };
}
