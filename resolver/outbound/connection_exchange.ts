import type { IncomingMessage, RequestOptions } from "node:http";
import type { Socket } from "node:net";
import { OutboundError } from "../errors.ts";
import { decodedBody } from "./decoded_body.ts";
import type { Exchange, ExchangeResponse } from "./exchange.ts";

/** Far more than any server's headers need; trailers count too. */
const MAX_HEADER_BYTES = 32 * 1024;
/** Interim responses (1xx) are legal in any number (RFC 9110, section 15.2); nobody sends many. */
const MAX_INTERIM_RESPONSES = 16;

/**
 * One exchange over the connection that `connect` makes for it. Connections are never reused: one that
 * was made for another host, address or circuit must not serve this one.
 */
export async function connectionExchange(
  exchange: Exchange,
  connect: () => Socket,
): Promise<ExchangeResponse> {
  const message = await send(exchange, connect);
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

async function send(exchange: Exchange, connect: () => Socket): Promise<IncomingMessage> {
  const { request } = await import("node:http");
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const outgoing = request({ ...requestOptions(exchange), createConnection: connect });
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
