import { attempt } from "./attempt.ts";
import { ATTEMPT_MILLISECONDS, type DnsServer } from "./server.ts";
import { type Endpoint, endpointText } from "./setting.ts";
import { askOverTcp } from "./tcp.ts";
import { askOverUdp } from "./udp.ts";

/** A server that is asked over UDP, then over TCP when the reply does not fit (RFC 1035). */
export function plainServer(endpoint: Endpoint, trust: { authentication: boolean }): DnsServer {
  return {
    label: endpointText(endpoint),
    ask: (question, call) =>
      attempt(ATTEMPT_MILLISECONDS, call.signal, async (signal) => {
        const first = await askOverUdp(endpoint, question, { signal });
        const reply = first.kind === "truncated"
          ? await askOverTcp(endpoint, question, { signal })
          : first;
        if (reply.kind === "truncated") throw new Error("The reply is truncated over TCP, too");
        if (reply.kind !== "answer" || trust.authentication) return reply;
        return { ...reply, answer: { ...reply.answer, authenticated: false } };
      }),
  };
}
