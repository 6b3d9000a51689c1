import { createServer, type Socket } from "node:net";
import { once } from "node:events";

/** A server whose connections end as if a cable were pulled and the machine had forgotten them. */
export interface ResettingServer {
  readonly port: number;
  stop(): Promise<void>;
}

/** Answers every request with the start of an answer, then resets the connection (TCP RST). */
export async function startResettingServer(start: string): Promise<ResettingServer> {
  const server = createServer((socket: Socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.write(start, () => socket.resetAndDestroy()));
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return {
    port: address.port,
    async stop() {
      server.close();
      await once(server, "close");
    },
  };
}
