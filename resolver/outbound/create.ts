import { OutboundError } from "../errors.ts";
import type { Exchange, Exchanger, ExchangeResponse } from "./exchange.ts";
import { Lifetime } from "./lifetime.ts";
import { checkAnnouncedSize, limitedBody } from "./limited_body.ts";
import { createOperatorExchange } from "./operator_exchange.ts";
import type { Outbound, OutboundRequest } from "./outbound.ts";
import { harmlessHeaders, redirectTarget, webUrl } from "./redirect.ts";
import { createStrangerExchange, type StrangerOptions } from "./stranger_exchange.ts";

/** From the look-up of a hop's host to the last of its headers. */
const HEADERS_MILLISECONDS = 10_000;
const MAX_REDIRECTS = 3;

export type OutboundOptions = Omit<StrangerOptions, "certificateAuthorities"> & {
  /** PEM; trusted besides the runtime's own. */
  readonly certificateAuthorities?: readonly string[];
};

/** Makes the client. It looks strangers' hosts up through `dns`, operators' as the runtime does. */
export function createOutbound(options: OutboundOptions): Outbound {
  const certificateAuthorities = options.certificateAuthorities ?? [];
  return outboundOver({
    operator: createOperatorExchange(certificateAuthorities),
    stranger: createStrangerExchange({ ...options, certificateAuthorities }),
  });
}

/** A client for operators' hosts alone: what DNS over HTTPS uses, before there is a DNS client. */
export function createOperatorOutbound(certificateAuthorities: readonly string[] = []): Outbound {
  return outboundOver({
    operator: createOperatorExchange(certificateAuthorities),
    stranger: ({ url }) =>
      Promise.reject(
        new OutboundError(`${url.host} is not the operator's`, { reason: "refused" }),
      ),
  });
}

type Exchanges = Readonly<Record<OutboundRequest["trust"], Exchanger>>;

function outboundOver(exchanges: Exchanges): Outbound {
  return {
    async fetch(request, call) {
      call.signal.throwIfAborted();
      const url = webUrl(request.url);
      const lifetime = new Lifetime(call.signal, url.host, request.timeoutMilliseconds);
      const limits = {
        host: url.host,
        maxBytes: request.maxBytes,
        idleMilliseconds: request.idleMilliseconds ?? request.timeoutMilliseconds,
      };
      try {
        const { response, url: end } = await follow(exchanges, request, url, lifetime);
        if (request.method !== "HEAD") checkAnnouncedSize(response.headers, limits);
        return {
          status: response.status,
          headers: withoutCoding(response.headers),
          url: end.href,
          body: limitedBody(response, limits, lifetime),
        };
      } catch (error) {
        lifetime.abort(error);
        throw error;
      }
    },
  };
}

async function follow(
  exchanges: Exchanges,
  request: OutboundRequest,
  start: URL,
  lifetime: Lifetime,
): Promise<{ response: ExchangeResponse; url: URL }> {
  const { method = "GET", maxRedirects = MAX_REDIRECTS } = request;
  const { signal } = lifetime;
  let { trust } = request;
  let url = start;
  let headers = new Headers({ "user-agent": "OurSpace", accept: "*/*", ...request.headers });
  for (let hop = 0;; hop++) {
    const exchange: Exchange = {
      url,
      method,
      headers,
      signal,
      ...(request.body !== undefined && { body: request.body }),
    };
    const response = await lifetime.within(HEADERS_MILLISECONDS, exchanges[trust](exchange));
    checkStatus(response.status, url);
    if (maxRedirects === 0 || !isRepeatable(method)) return { response, url };
    const target = redirectTarget(response.status, response.headers, url);
    if (target === null) return { response, url };
    response.discard();
    checkHop(request, hop, url, target);
    if (target.origin !== url.origin) {
      trust = "stranger";
      headers = harmlessHeaders(headers);
    }
    url = target;
  }
}

/** Only these are sent again to where a redirect leads; for others the 3xx is the answer. */
function isRepeatable(method: Exchange["method"]): boolean {
  return method === "GET" || method === "HEAD";
}

function checkHop(request: OutboundRequest, hop: number, from: URL, target: URL): void {
  if (hop >= Math.min(request.maxRedirects ?? MAX_REDIRECTS, MAX_REDIRECTS)) {
    throw new OutboundError(`${from.host} redirects too often`, { reason: "refused" });
  }
  if (request.sameHostOnly === true && target.hostname !== from.hostname) {
    throw new OutboundError(`${from.host} redirects to another host`, { reason: "refused" });
  }
}

/** A Response of the web platform could not hold any other. */
function checkStatus(status: number, url: URL): void {
  if (status >= 200 && status <= 599) return;
  throw new OutboundError(`${url.host} answered with status ${status}, which has no meaning`, {
    reason: "connection",
  });
}

/** The body is given decoded, so that these would be wrong. */
function withoutCoding(source: Headers): Headers {
  const headers = new Headers(source);
  if (headers.has("content-encoding")) {
    headers.delete("content-encoding");
    headers.delete("content-length");
  }
  return headers;
}
