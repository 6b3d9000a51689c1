import { hmac } from "@noble/hashes/hmac.js";
import { sha256 } from "@noble/hashes/sha2.js";
import type { Socket } from "node:net";
import { type Identity, identityKey } from "../../schemas/identity.ts";
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
  /** Random bytes that only this process knows: whoever sees a user name learns no wallet from it. */
  readonly secret: Uint8Array;
  /** PEM; instead of the runtime's own when there are any. */
  readonly certificateAuthorities?: readonly string[];
}

/**
 * The client for onion services: it asks nothing else and nobody else, the DNS included. Each wallet's
 * content comes over circuits of its own (`IsolateSOCKSAuth`, which is Tor's default), so that no two
 * services can tell that one gateway reads both.
 */
export function createTorOutbound(options: TorOptions): (identity: Identity) => Outbound {
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

  return (identity) =>
    outboundOver({
      operator: ({ url }) =>
        Promise.reject(
          new OutboundError(`${url.host} is no operator's.`, { reason: "refused" }),
        ),
      stranger: exchangerFor(credentialsOf(identity, options.secret)),
    });
}

/** The same for each of a wallet's requests, as long as the process runs: its circuits are used again. */
function credentialsOf(identity: Identity, secret: Uint8Array): SocksCredentials {
  const text = new TextEncoder().encode(identityKey(identity));
  return { user: "ourspace", password: hmac(sha256, secret, text).toHex() };
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
  return connect({
    socket,
    servername: url.hostname,
    // Said here so that no environment variable can switch the check off.
    rejectUnauthorized: true,
    ...(ca.length > 0 && { ca }),
  });
}
