import type { IncomingMessage, RequestOptions } from "node:http";
import type { LookupFunction } from "node:net";
import { OutboundError } from "../errors.ts";
import { decodedBody } from "./decoded_body.ts";
import type { Exchange, ExchangeResponse } from "./exchange.ts";

/** Far more than any server's headers need; trailers count too. */
const MAX_HEADER_BYTES = 32 * 1024;
/** Interim responses (1xx) are legal in any number (RFC 9110, section 15.2); nobody sends many. */
const MAX_INTERIM_RESPONSES = 16;

export interface Pin {
  /** Where to connect: nothing is looked up again. */
  readonly addresses: readonly string[];
  /** PEM; trusted besides the runtime's own. */
  readonly certificateAuthorities: readonly string[];
}

/**
 * One exchange over a new connection to one of the given addresses, with TLS checked for the URL's
 * host. Connections are never reused: one that was made for another pin must not serve this one.
 */
export async function pinnedExchange(exchange: Exchange, pin: Pin): Promise<ExchangeResponse> {
  const message = await send(exchange, pin);
  try {
    const headers = headersOf(message);
    const coding = (headers.get("content-encoding") ?? "").trim().toLowerCase();
    const chunks = await decodedBody(message, hasBody(exchange, message) ? coding : "");
    if (chunks === null) {
      throw new OutboundError(`${exchange.url.host} answered in an unknown content coding`, {
        reason: "refused",
      });
    }
    return { status: message.statusCode ?? 0, headers, chunks, discard: () => message.destroy() };
  } catch (error) {
    message.destroy();
    throw error;
  }
}

async function send(exchange: Exchange, pin: Pin): Promise<IncomingMessage> {
  const options = await requestOptions(exchange, pin);
  const { request } =
    await (exchange.url.protocol === "https:" ? import("node:https") : import("node:http"));
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = request(options);
  let interim = 0;
  outgoing
    .on("response", resolve)
    .on("error", reject)
    .on("upgrade", () => outgoing.destroy(new Error("It switched to another protocol")))
    .on("information", () => {
      if (++interim > MAX_INTERIM_RESPONSES) outgoing.destroy(new Error("It never answers"));
    })
    .end();
  return await promise;
}

async function requestOptions(exchange: Exchange, pin: Pin): Promise<RequestOptions> {
  const { url } = exchange;
  const headers = Object.fromEntries(exchange.headers);
  return {
    hostname: url.hostname.replace(/^\[|\]$/g, ""),
    port: url.port,
    path: url.pathname + url.search,
    method: exchange.method,
    headers: { "accept-encoding": "gzip, br", ...headers },
    agent: false,
    lookup: pinnedLookup(pin.addresses),
    maxHeaderSize: MAX_HEADER_BYTES,
    signal: exchange.signal,
    ...(url.protocol === "https:" && await tlsOptions(pin)),
  };
}

async function tlsOptions(pin: Pin) {
  // Said here so that no environment variable can switch the check off.
  if (pin.certificateAuthorities.length === 0) return { rejectUnauthorized: true };
  const { rootCertificates } = await import("node:tls");
  return { rejectUnauthorized: true, ca: [...rootCertificates, ...pin.certificateAuthorities] };
}

/** The runtime asks for all addresses, to try the next when one is dead (RFC 8305). */
function pinnedLookup(addresses: readonly string[]): LookupFunction {
  const pinned = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  return (_host, _options, answer) => answer(null, pinned);
}

function headersOf(message: IncomingMessage): Headers {
  const headers = new Headers();
  for (const [name, values] of Object.entries(message.headersDistinct)) {
    for (const value of values ?? []) headers.append(name, value);
  }
  return headers;
}

/** RFC 9112, section 6.3: these have none, whatever their headers say. */
function hasBody(exchange: Exchange, message: IncomingMessage): boolean {
  return exchange.method !== "HEAD" && message.statusCode !== 204 && message.statusCode !== 304;
}
