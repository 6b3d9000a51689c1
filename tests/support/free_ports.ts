import { createServer, type Server } from "node:net";

/**
 * Below those that the system takes for outgoing connections (Linux: from 32768), so that none of them
 * is taken before it is listened on.
 */
const FIRST_PORT = 12_000;
const PORTS = 20_000;
/** Whoever was given one may not listen on it yet, or listens again later. */
const given = new Set<number>();

/** Ports of loopback that nobody listens on, each given once. Throws when there are no more. */
export async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    if (given.size === PORTS) throw new Error("There are no more free ports on 127.0.0.1");
    const port = FIRST_PORT + Math.floor(Math.random() * PORTS);
    if (given.has(port)) continue;
    given.add(port);
    if (await isFree(port)) ports.push(port);
  }
  return ports;
}

/** Listens on loopback, on a free port unless one is given. Gives the port. */
export function listeningPort(server: Server, port = 0): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  server.on("error", reject);
  server.listen(port, "127.0.0.1", () => {
    const address = server.address();
    resolve(typeof address === "object" && address !== null ? address.port : 0);
  });
  return promise;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  const { promise, resolve } = Promise.withResolvers<void>();
  server.once("close", () => resolve());
  const free = await listeningPort(server, port).then(() => true, () => false);
  if (!free) return false;
  server.close();
  await promise;
  return true;
}
