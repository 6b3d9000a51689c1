import type { IncomingMessage, RequestOptions } from "node:http";
import { OutboundError } from "../errors.ts";
import { decodedBody } from "./decoded_body.ts";
import type { Exchange, ExchangeResponse } from "./exchange.ts";
import { type Pin, pinnedSocket } from "./pinned_socket.ts";

/** Far more than any server's headers need; trailers count too. */
const MAX_HEADER_BYTES = 32 * 1024;
/** Interim responses (1xx) are legal in any number (RFC 9110, section 15.2); nobody sends many. */
const MAX_INTERIM_RESPONSES = 16;

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
      throw new OutboundError(`${exchange.url.host} answered in an unknown content coding.`, {
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
  const [{ request }, createConnection] = await Promise.all([
    import("node:http"),
    pinnedSocket(exchange.url, pin),
  ]);
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = request({ ...requestOptions(exchange), createConnection });
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

function requestOptions({ url, method, headers, signal }: Exchange): RequestOptions {
  return {
    method,
    path: url.pathname + url.search,
    headers: { host: url.host, "accept-encoding": "gzip, br", ...Object.fromEntries(headers) },
    maxHeaderSize: MAX_HEADER_BYTES,
    signal,
  };
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
