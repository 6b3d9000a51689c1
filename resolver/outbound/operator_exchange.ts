import { OutboundError } from "../errors.ts";
import type { Exchanger } from "./exchange.ts";

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
  return async ({ url, method, headers, body, signal }) => {
    const response = await fetch(url, {
      method,
      headers,
      signal,
      redirect: "manual",
      ...(body !== undefined && { body }),
      ...(client !== undefined && { client }),
    });
    const chunks = response.body ?? new Blob([]).stream();
    // A body that already broke cannot be cancelled, and need not be.
    const discard = () => void chunks.cancel().catch(() => {});
    if (!DECODED.includes(response.headers.get("content-encoding")?.toLowerCase() ?? "")) {
      discard();
      throw new OutboundError(`${url.host} answered in an unknown content coding`, {
        reason: "refused",
      });
    }
    return { status: response.status, headers: new Headers(response.headers), chunks, discard };
  };
}
