import type { Outbound } from "../outbound/outbound.ts";
import { decodeReply, encodeQuery } from "./message.ts";
import { ATTEMPT_MILLISECONDS, type DnsServer } from "./server.ts";

const MEDIA_TYPE = "application/dns-message";
/** No DNS message is larger. */
const MAX_MESSAGE_BYTES = 65_535;
/** Section 4.1: the id is zero, so that equal questions are equal requests. */
const ID = 0;

/** A server that is asked over HTTPS (RFC 8484), at a URL like `https://dns.example/dns-query`. */
export function httpsServer(url: string, outbound: Outbound): DnsServer {
  return {
    label: url,
    async ask(question, call) {
      const response = await outbound.fetch({
        url,
        // The operator chose it. Its host is looked up by the runtime: nobody else can, before this.
        trust: "operator",
        method: "POST",
        headers: { "content-type": MEDIA_TYPE, accept: MEDIA_TYPE },
        body: await encodeQuery(question, ID),
        maxBytes: MAX_MESSAGE_BYTES,
        timeoutMilliseconds: ATTEMPT_MILLISECONDS,
        maxRedirects: 0,
      }, call);
      if (response.status !== 200) {
        await response.body.cancel();
        return { kind: "failed", reason: `it answered with HTTP status ${response.status}` };
      }
      const bytes = new Uint8Array(await new Response(response.body).arrayBuffer());
      const reply = await decodeReply(bytes, question, ID);
      if (reply.kind === "truncated") throw new Error("The reply is truncated over HTTPS");
      return reply;
    },
  };
}
