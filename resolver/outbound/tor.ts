import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Socket } from "node:net";
import type { Clock } from "../contracts.ts";
import type { Endpoint } from "../dns/setting.ts";
import { OutboundError } from "../errors.ts";
import { connectionExchange } from "./connection_exchange.ts";
import { outboundOver } from "./create.ts";
import type { Exchanger } from "./exchange.ts";
import { createRequestCount, HOST_RATE } from "./host_rate.ts";
import type { Outbound } from "./outbound.ts";
import { type SocksCredentials, socksSocket } from "./socks_socket.ts";
import { checkOnionUrl, checkOnlyReads } from "./stranger_url.ts";

/** Where Tor is, and by what its visits are kept apart. */
export interface TorOptions {
  /** Tor's SOCKS5 port. */
  readonly proxy: Endpoint;
  readonly clock: Clock;
  /** Random bytes that only this process knows: whoever sees a password learns no subject from it. */
  readonly secret: Uint8Array;
  /** PEM; instead of the runtime's own when there are any. */
  readonly certificateAuthorities?: readonly string[];
}

const SECRET_BYTES = 32;

/** For one process: two of its runs have nothing in common that Tor could see. */
export function newTorSecret(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(SECRET_BYTES));
}

/**
 * The client for onion services: it asks nothing else and nobody else, the DNS included. What is asked
 * for different subjects (a wallet, say) goes over different circuits (`IsolateSOCKSAuth`, which is
 * Tor's default), so that nobody on the way can tell that one machine is interested in both.
 */
export function createTorOutbound(options: TorOptions): (subject: string) => Outbound {
  const countForHost = createRequestCount(HOST_RATE, options.clock);

  const exchangerFor = (credentials: SocksCredentials): Exchanger => async (exchange) => {
    const { url, method, signal } = exchange;
    checkOnionUrl(url);
    checkOnlyReads(method);
    countForHost(url.hostname, url.hostname);
    const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
    const { proxy, certificateAuthorities = [] } = options;
    const socket = await socksSocket({ proxy, credentials, host: url.hostname, port, signal });
    const secured = await secure(socket, url, certificateAuthorities);
    return await connectionExchange(exchange, () => secured);
  };

  return (subject) =>
    outboundOver({
      operator: ({ url }) =>
        Promise.reject(
          new OutboundError(`${url.host} is no operator's.`, { reason: "refused" }),
        ),
      stranger: exchangerFor(credentialsOf(subject, options.secret)),
    });
}

/** The same for each request of a subject, as long as the process runs: its circuits are used again. */
function credentialsOf(subject: string, secret: Uint8Array): SocksCredentials {
  const hash = hmac(sha256, secret, new TextEncoder().encode(subject));
  return { user: "ourspace", password: hash.toHex() };
}

/** TLS over the connection where the URL wants it, checked for its host. */
async function secure(
  socket: Socket,
  url: URL,
  certificateAuthorities: readonly string[],
): Promise<Socket> {
  if (url.protocol === "http:") return socket;
  const { connect } = await import("node:tls");
  const ca = [...certificateAuthorities];
  const secured = connect({
    socket,
    servername: url.hostname,
    // Said here so that no environment variable can switch the check off.
    rejectUnauthorized: true,
    ...(ca.length > 0 && { ca }),
  });
  // The request has a listener of its own; an error before it is made would end the process.
  secured.on("error", () => {});
  return secured;
}
