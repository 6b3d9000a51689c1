import { isOnionName } from "../../schemas/location.ts";
import { OutboundError } from "../errors.ts";
import type { Exchanger } from "./exchange.ts";
import { owned } from "./own_buffers.ts";

/** The codings that the runtime's fetch asks for and undoes by itself. */
const DECODED = ["", "identity", "gzip", "br"];

/**
 * Exchanges with hosts that the operator named: the runtime's own client, which keeps connections,
 * speaks HTTP/2 and looks hosts up as every other program on the machine does.
 */
export function createOperatorExchange(
  certificateAuthorities: readonly string[],
): Exchanger {
  const client = certificateAuthorities.length === 0
    ? undefined
    : Deno.createHttpClient({ caCerts: [...certificateAuthorities] });
  return async ({ url, method, headers: sent, body, signal }) => {
    // The runtime would ask the DNS for its name.
    if (isOnionName(url.hostname)) {
      throw new OutboundError(`${url.host} is reached through Tor only.`, { reason: "refused" });
    }
    const response = await fetch(url, {
      method,
      headers: sent,
      signal,
      redirect: "manual",
      ...(body !== undefined && { body }),
      ...(client !== undefined && { client }),
    });
    const reader = (response.body ?? new Blob([]).stream()).getReader();
    // A body that already broke cannot be cancelled, and need not be.
    const discard = () => void reader.cancel().catch(() => {});
    // The runtime forgets the signal as soon as the Response object is collected (Deno 2.9.6).
    signal.addEventListener("abort", discard);
    if (!DECODED.includes(response.headers.get("content-encoding")?.toLowerCase() ?? "")) {
      discard();
      throw new OutboundError(`${url.host} answered in an unknown content coding.`, {
        reason: "refused",
      });
    }
    const headers = new Headers(response.headers);
    return { status: response.status, headers, chunks: chunksOf(reader), discard };
  };
}

async function* chunksOf(
  reader: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield owned(value);
  }
}
