import { connect, createServer, type Socket } from "node:net";
import { listeningPort } from "../support/free_ports.ts";

/** A TCP relay before a server of this machine: what goes through it comes late, as over a long line. */
export interface DelayRelay extends AsyncDisposable {
  readonly port: number;
  /** What went through so far, both ways, in bytes. */
  bytes(): number;
  /** Nothing gets through any longer and nobody is told, as when a machine loses its power. */
  unplug(): void;
}

/**
 * Starts a relay on loopback. Every chunk is written `delayMilliseconds` after it came (measured: 0.6 ms
 * more), in order, and none waits for another. A connection is open after one round trip,
 * as it would be over a real line. Without delay, chunks are written at once. `bytesPerSecond`, each way
 * and for each connection, is without bound unless given.
 */
export async function startDelayRelay(
  { targetPort, delayMilliseconds, bytesPerSecond = Infinity }: {
    targetPort: number;
    delayMilliseconds: number;
    bytesPerSecond?: number;
  },
): Promise<DelayRelay> {
  const sockets = new Set<Socket>();
  let bytes = 0;
  let plugged = true;

  function own(socket: Socket): void {
    sockets.add(socket);
    socket.setNoDelay(true);
    // A reset is told to the other side by `close`.
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
  }

  function forward(from: Socket, to: Socket, openAt: number): void {
    const later = createDelayedQueue();
    let freeAt = openAt;
    const pass = (run: () => void, length = 0) => {
      freeAt = Math.max(performance.now(), freeAt) + 1_000 * length / bytesPerSecond;
      later(freeAt + delayMilliseconds, () => plugged && run());
    };
    from.on("data", (chunk) => {
      pass(() => {
        bytes += chunk.length;
        if (to.writable) to.write(chunk);
      }, chunk.length);
    });
    from.on("end", () => pass(() => to.end()));
    from.on("close", () => pass(() => to.destroy()));
  }

  const server = createServer({ allowHalfOpen: true }, (near) => {
    own(near);
    if (!plugged) return;
    const far = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
    own(far);
    const openAt = performance.now() + 2 * delayMilliseconds;
    forward(near, far, openAt);
    forward(far, near, openAt - delayMilliseconds);
  });
  return {
    port: await listeningPort(server),
    bytes: () => bytes,
    unplug: () => void (plugged = false),
    [Symbol.asyncDispose]() {
      const { promise, resolve } = Promise.withResolvers<void>();
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
      return promise;
    },
  };
}

/** Runs things at their times (of `performance.now()`), which never go back. */
function createDelayedQueue(): (dueAt: number, run: () => void) => void {
  const queue: { readonly dueAt: number; readonly run: () => void }[] = [];

  function runDue(): void {
    for (let [first] = queue; first !== undefined; [first] = queue) {
      const wait = first.dueAt - performance.now();
      if (wait > 0) {
        setTimeout(runDue, wait);
        return;
      }
      queue.shift();
      first.run();
    }
  }

  return (dueAt, run) => {
    queue.push({ dueAt, run });
    if (queue.length === 1) runDue();
  };
}
