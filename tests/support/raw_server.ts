/** One connection to a server that may break every rule of HTTP. */
export interface RawConnection {
  /** The request's line and headers. */
  readonly head: string;
  /** False when the client is gone. */
  send(data: string | Uint8Array): Promise<boolean>;
}

/** A TCP server that reads the head of one request per connection and then follows a script. */
export interface RawServer {
  readonly port: number;
  /** How many connections were made. */
  readonly connections: number;
  /** Resolves when the first client has connected. */
  readonly connected: Promise<void>;
  /** Waits until the first client has closed its connection; throws when it still has not. */
  untilClientGone(): Promise<void>;
  stop(): Promise<void>;
}

/** Ends what hangs. */
const GONE_MILLISECONDS = 60_000;

/** The connection is closed when the script ends, so a script that hangs keeps it open. */
export function startRawServer(
  script: (connection: RawConnection) => Promise<unknown> | unknown,
  hostname = "127.0.0.1",
  port = 0,
): RawServer {
  const listener = Deno.listen({ hostname, port });
  const connected = Promise.withResolvers<void>();
  const gone = Promise.withResolvers<void>();
  const open = new Set<Deno.Conn>();
  let connections = 0;

  async function serve(conn: Deno.Conn): Promise<void> {
    const head = await readHead(conn);
    // Whatever comes after the head is read away: it ends when the client closes the connection.
    const closed = conn.readable.pipeTo(new WritableStream())
      .catch(() => {}).then(() => gone.resolve());
    const writer = conn.writable.getWriter();
    const send = (data: string | Uint8Array) => {
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
      return writer.write(bytes).then(() => true, () => (gone.resolve(), false));
    };
    await Promise.race([closed, Promise.resolve(script({ head, send })).catch(() => {})]);
    await writer.close().catch(() => {});
  }

  async function listen(): Promise<void> {
    for await (const conn of listener) {
      connections += 1;
      connected.resolve();
      open.add(conn);
      serve(conn).catch(() => {}).finally(() => {
        open.delete(conn);
        close(conn);
      });
    }
  }
  const listening = listen();

  return {
    port: listener.addr.port,
    get connections() {
      return connections;
    },
    connected: connected.promise,
    async untilClientGone() {
      const late = new Error("The client keeps its connection");
      const timer = setTimeout(() => gone.reject(late), GONE_MILLISECONDS);
      await gone.promise.finally(() => clearTimeout(timer));
    },
    async stop() {
      listener.close();
      open.forEach(close);
      await listening.catch(() => {});
    },
  };
}

async function readHead(conn: Deno.Conn): Promise<string> {
  const buffer = new Uint8Array(64 * 1024);
  let head = "";
  while (!head.includes("\r\n\r\n")) {
    const length = await conn.read(buffer);
    if (length === null) break;
    head += new TextDecoder().decode(buffer.subarray(0, length));
  }
  return head;
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It was closed already.
  }
}
