import { OutboundError } from "../errors.ts";
import type { Exchanger, ExchangeResponse } from "./exchange.ts";
import type { Lifetime } from "./lifetime.ts";
import type { OutboundRequest } from "./outbound.ts";
import { harmlessHeaders, redirectTarget } from "./redirect.ts";

const MAX_REDIRECTS = 3;

/**
 * From the look-up of a stranger's host to the last of its headers. An operator's host may use the
 * whole deadline unless the request says less, because a long poll answers late on purpose.
 */
const STRANGER_HEADERS_MILLISECONDS = 10_000;

/** How to exchange a request with hosts of either trust. */
export type Exchanges = Readonly<Record<OutboundRequest["trust"], Exchanger>>;

/** Sends the request, and again to wherever redirects lead, under the rules of OutboundRequest. */
export async function follow(
  exchanges: Exchanges,
  request: OutboundRequest,
  start: URL,
  lifetime: Lifetime,
): Promise<{ response: ExchangeResponse; url: URL }> {
  const { method = "GET", body } = request;
  let { trust } = request;
  let url = start;
  let headers = withDefaults(request.headers ?? {});
  for (let hop = 0;; hop++) {
    const patience = request.headersMilliseconds ??
      (trust === "stranger" ? STRANGER_HEADERS_MILLISECONDS : request.timeoutMilliseconds);
    const exchange = { url, method, headers, signal: lifetime.signal, ...(body && { body }) };
    const response = await lifetime.within(patience, exchanges[trust](exchange));
    checkStatus(response.status, url);
    const target = followsRedirects(request)
      ? redirectTarget(response.status, response.headers, url)
      : null;
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

function withDefaults(given: Readonly<Record<string, string>>): Headers {
  const headers = new Headers(given);
  if (!headers.has("user-agent")) headers.set("user-agent", "OurSpace");
  if (!headers.has("accept")) headers.set("accept", "*/*");
  return headers;
}

/** A body is not sent again to where a redirect leads: the 3xx is the answer. */
function followsRedirects({ method = "GET", maxRedirects }: OutboundRequest): boolean {
  return maxRedirects !== 0 && (method === "GET" || method === "HEAD");
}

function checkHop(request: OutboundRequest, hop: number, from: URL, target: URL): void {
  if (hop >= Math.min(request.maxRedirects ?? MAX_REDIRECTS, MAX_REDIRECTS)) {
    throw new OutboundError(`${from.host} redirects too often.`, { reason: "refused" });
  }
  if (request.sameHostOnly === true && target.hostname !== from.hostname) {
    throw new OutboundError(`${from.host} redirects to another host.`, { reason: "refused" });
  }
}

/** A Response of the web platform could not hold any other. */
function checkStatus(status: number, url: URL): void {
  if (status >= 200 && status <= 599) return;
  throw new OutboundError(`${url.host} answered with status ${status}, which has no meaning.`, {
    reason: "connection",
  });
}
