import { type Alarm, systemAlarm } from "../deadline.ts";
import { OutboundError } from "../errors.ts";
import { type Exchanges, follow } from "./follow.ts";
import { Lifetime } from "./lifetime.ts";
import { checkAnnouncedSize, limitedBody } from "./limited_body.ts";
import { createOperatorExchange } from "./operator_exchange.ts";
import type { Outbound } from "./outbound.ts";
import { webUrl } from "./redirect.ts";
import { createStrangerExchange, type StrangerOptions } from "./stranger_exchange.ts";

/** What the client needs to judge strangers' hosts. */
export type OutboundOptions = Omit<StrangerOptions, "certificateAuthorities"> & {
  /** PEM; for tests. Strangers' hosts are then checked against these alone. */
  readonly certificateAuthorities?: readonly string[];
  /** Rings at the deadlines of requests. */
  readonly alarm?: Alarm;
};

/** Makes the client. It looks strangers' hosts up through `dns`, operators' as the runtime does. */
export function createOutbound(options: OutboundOptions): Outbound {
  const certificateAuthorities = options.certificateAuthorities ?? [];
  return outboundOver({
    operator: createOperatorExchange(certificateAuthorities),
    stranger: createStrangerExchange({ ...options, certificateAuthorities }),
  }, options.alarm);
}

/** A client for operators' hosts alone: what DNS over HTTPS uses, before there is a DNS client. */
export function createOperatorOutbound(certificateAuthorities: readonly string[] = []): Outbound {
  return outboundOver({
    operator: createOperatorExchange(certificateAuthorities),
    stranger: ({ url }) =>
      Promise.reject(
        new OutboundError(`${url.host} is not the operator's.`, { reason: "refused" }),
      ),
  });
}

/** The client's limits and redirects over any way to exchange. */
export function outboundOver(exchanges: Exchanges, alarm: Alarm = systemAlarm): Outbound {
  return {
    async fetch(request, call) {
      call.signal.throwIfAborted();
      const url = webUrl(request.url);
      const lifetime = new Lifetime(call.signal, url.host, request.timeoutMilliseconds, alarm);
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

/** The body is given decoded, so that these would be wrong. */
function withoutCoding(source: Headers): Headers {
  const headers = new Headers(source);
  if (headers.has("content-encoding")) {
    headers.delete("content-encoding");
    headers.delete("content-length");
  }
  return headers;
}
