import { deadline } from "../deadline.ts";
import { ATTEMPT_MILLISECONDS, type DnsServer } from "./server.ts";
import { type Endpoint, endpointText } from "./setting.ts";
import { askOverTcp } from "./tcp.ts";
import { askOverUdp } from "./udp.ts";

/** A server that is asked over UDP, then over TCP when the reply does not fit (RFC 1035). */
export function plainServer(endpoint: Endpoint, trust: { authentication: boolean }): DnsServer {
  return {
    label: endpointText(endpoint),
    async ask(question, call) {
      using limit = deadline(ATTEMPT_MILLISECONDS, { parent: call.signal });
      const first = await askOverUdp(endpoint, question, limit);
      const reply = first.kind === "truncated"
        ? await askOverTcp(endpoint, question, limit)
        : first;
      if (reply.kind === "truncated") throw new Error("The reply is truncated over TCP, too");
      if (reply.kind !== "answer" || trust.authentication) return reply;
      return { ...reply, answer: { ...reply.answer, authenticated: false } };
    },
  };
}
