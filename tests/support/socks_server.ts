/** What a client wants of a proxy. */
export interface SocksVisit {
  readonly user: string;
  readonly password: string;
  readonly host: string;
  readonly port: number;
}

/** One connection to a proxy that may break every rule of SOCKS. */
export interface SocksConnection {
  /** Reads exactly so many bytes; throws when the client leaves before. */
  read(length: number): Promise<Uint8Array>;
  send(bytes: Iterable<number>): Promise<void>;
  /** Passes bytes on between the client and a port of this machine until one of them ends. */
  join(port: number): Promise<void>;
  /** Resolves when the client is gone. */
  readonly closed: Promise<void>;
}

/** A SOCKS5 proxy on a free port of loopback; `await using` stops it. */
export interface SocksServer extends AsyncDisposable {
  /** `127.0.0.1:port`, as TOR_SOCKS has it. */
  readonly address: string;
  /** How many connections were made. */
  readonly connections: number;
}

/** The answer "succeeded", with 0.0.0.0:0 as the bound address. */
export const SUCCEEDED = socksReply(0);

/** The last message of RFC 1928's handshake. */
export function socksReply(code: number): readonly number[] {
  return [5, code, 0, 1, 0, 0, 0, 0, 0, 0];
}

/** Follows the script for each connection, and closes the connection when the script ends. */
export function startSocksServer(
  script: (connection: SocksConnection) => Promise<unknown>,
): SocksServer {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const open = new Set<Deno.Conn>();
  let connections = 0;
  const listening = (async () => {
    for await (const conn of listener) {
      connections += 1;
      open.add(conn);
      const { connection, ended } = connectionOver(conn);
      Promise.race([script(connection), ended])
        .catch(() => {})
        .finally(() => {
          open.delete(conn);
          close(conn);
        });
    }
  })();
  return {
    address: `127.0.0.1:${listener.addr.port}`,
    get connections() {
      return connections;
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      open.forEach(close);
      await listening.catch(() => {});
    },
  };
}

/** Takes the greeting, the user name and password, and the request, as a proxy should. */
export async function welcome(connection: SocksConnection): Promise<SocksVisit> {
  await greet(connection);
  const user = await readText(connection, 1);
  const password = await readText(connection, 0);
  await connection.send([1, 0]);
  await connection.read(4);
  const host = await readText(connection, 0);
  const [high = 0, low = 0] = await connection.read(2);
  return { user, password, host, port: high * 256 + low };
}

/** Takes the greeting and chooses user name and password. */
export async function greet(connection: SocksConnection): Promise<void> {
  const [, count = 0] = await connection.read(2);
  await connection.read(count);
  await connection.send([5, 2]);
}

async function readText(connection: SocksConnection, skipped: number): Promise<string> {
  const head = await connection.read(skipped + 1);
  return new TextDecoder().decode(await connection.read(head[skipped] ?? 0));
}

function connectionOver(conn: Deno.Conn): { connection: SocksConnection; ended: Promise<void> } {
  const closed = Promise.withResolvers<void>();
  let held = new Uint8Array();
  const fill = async () => {
    const buffer = new Uint8Array(4096);
    const length = await conn.read(buffer).catch(() => null);
    if (length === null) {
      closed.resolve();
      throw new Error("The client left");
    }
    held = new Uint8Array([...held, ...buffer.subarray(0, length)]);
  };
  const connection: SocksConnection = {
    async read(length) {
      while (held.length < length) await fill();
      const bytes = held.slice(0, length);
      held = held.slice(length);
      return bytes;
    },
    async send(bytes) {
      let rest = new Uint8Array([...bytes]);
      while (rest.length > 0) rest = rest.subarray(await conn.write(rest));
    },
    async join(port) {
      const other = await Deno.connect({ hostname: "127.0.0.1", port });
      await Promise.race([
        conn.readable.pipeTo(other.writable),
        other.readable.pipeTo(conn.writable),
      ]).catch(() => {}).finally(() => close(other));
    },
    get closed() {
      return (async () => {
        for (;;) await fill();
      })().catch(() => {});
    },
  };
  return { connection, ended: closed.promise };
}

function close(conn: Deno.Conn): void {
  try {
    conn.close();
  } catch {
    // It was closed already.
  }
}
