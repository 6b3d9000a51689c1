import type { Socket } from "node:net";
import type { Endpoint } from "../dns/setting.ts";
import { describeSocksReply } from "./socks_replies.ts";
import { TorError } from "./tor_error.ts";

/** By whom a proxy tells connections apart (RFC 1929): at most 255 bytes each. */
export interface SocksCredentials {
  readonly user: string;
  readonly password: string;
}

/** What the exchange with a proxy needs. */
export interface SocksRequest {
  readonly proxy: Endpoint;
  readonly credentials: SocksCredentials;
  /** A name, which the proxy looks up, never this machine. */
  readonly host: string;
  readonly port: number;
  /** Ends the attempt. */
  readonly signal: AbortSignal;
}

const VERSION = 5;
/** Methods of RFC 1928, section 3. */
const NO_AUTHENTICATION = 0;
const USER_AND_PASSWORD = 2;
/** The answer to the greeting, that to the password, and the version and code of the reply. */
const HEARD_BYTES = 6;

/** The library takes "no authentication" as well: then all wallets would share circuits. */
const MIXES = "The Tor proxy does not keep wallets apart.";

/** A proxy is on this machine or near it: one that is there takes a connection at once. */
const CONNECT_MILLISECONDS = 3_000;

/**
 * The library's own end of the handshake. The signal ends it long before; this frees what waits.
 * Milliseconds.
 */
const HANDSHAKE_MILLISECONDS = 120_000;

/**
 * Opens a connection to a host through a SOCKS5 proxy. Throws TorError when the proxy is away, breaks
 * the protocol, refuses, or would mix the connection with others.
 */
export async function socksSocket(request: SocksRequest): Promise<Socket> {
  const { proxy, credentials, host, port, signal } = request;
  const [{ connect }, { SocksClient }] = await Promise.all([
    import("node:net"),
    import("socks"),
  ]);
  signal.throwIfAborted();
  const socket = connect({ host: proxy.address, port: proxy.port });
  // Whoever uses the socket has listeners of their own; between them an error must not be unheard.
  socket.on("error", () => {});
  const abort = () => void socket.destroy();
  signal.addEventListener("abort", abort);
  socket.once("close", () => signal.removeEventListener("abort", abort));
  try {
    await connected(socket);
    const heard = listen(socket);
    await SocksClient.createConnection({
      command: "connect",
      proxy: {
        ipaddress: proxy.address,
        port: proxy.port,
        type: 5,
        userId: credentials.user,
        password: credentials.password,
      },
      destination: { host, port },
      existing_socket: socket,
      timeout: HANDSHAKE_MILLISECONDS,
    }).catch((cause) => {
      throw new TorError(describeFailure(heard), { cause });
    });
    if (heard[1] !== USER_AND_PASSWORD) throw new TorError(MIXES);
    return socket;
  } catch (error) {
    socket.destroy();
    throw signal.aborted ? signal.reason : error;
  }
}

async function connected(socket: Socket): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  socket.once("connect", resolve);
  socket.once("close", () => reject(new TorError("The Tor proxy cannot be reached.")));
  const patience = setTimeout(() => socket.destroy(), CONNECT_MILLISECONDS);
  await promise.finally(() => clearTimeout(patience));
}

/** The first bytes that the proxy sends: the library tells none of Tor's own codes apart. */
function listen(socket: Socket): number[] {
  const heard: number[] = [];
  const hear = (data: Uint8Array) => {
    heard.push(...data.subarray(0, HEARD_BYTES - heard.length));
    if (heard.length === HEARD_BYTES) socket.off("data", hear);
  };
  socket.on("data", hear);
  return heard;
}

function describeFailure(
  [version, method, , status, replyVersion, code]: readonly number[],
): string {
  if (version === VERSION && method === NO_AUTHENTICATION) return MIXES;
  // RFC 1929, section 2: any status but 0 refuses the password.
  const isReply = method === USER_AND_PASSWORD && status === 0 && replyVersion === VERSION;
  return isReply && code !== undefined && code !== 0
    ? describeSocksReply(code)
    : "The Tor proxy does not answer as a SOCKS5 proxy does.";
}
