import { OutboundError } from "../../resolver/errors.ts";
import type { Outbound } from "../../resolver/outbound/outbound.ts";

export type Handler = (request: Request) => Response | Promise<Response>;

/** An Outbound without a network: each origin is a handler, every other host is down. */
export function appOutbound(hosts: Readonly<Record<string, Handler>>): Outbound {
  return {
    async fetch({ url, method = "GET", headers = {}, body = null }, { signal }) {
      const handler = hosts[new URL(url).origin];
      if (handler === undefined) {
        throw new OutboundError(`${url} is down`, { reason: "connection" });
      }
      const response = await handler(new Request(url, { method, headers, body, signal }));
      signal.throwIfAborted();
      return {
        status: response.status,
        headers: response.headers,
        url,
        body: response.body ?? new Blob([]).stream(),
      };
    },
  };
}
