import { OurSpaceError } from "../../schemas/errors.ts";
import type { Call } from "../contracts.ts";
import type { Outbound, OutboundResponse } from "../outbound/outbound.ts";
import { plainWords } from "../plain_words.ts";

/** What a Kubo daemon is asked to do. */
export interface KuboRequest {
  /** E.g. `routing/provide`. */
  readonly command: string;
  readonly parameters?: Readonly<Record<string, string>>;
  readonly body?: FormData;
  readonly maxBytes: number;
  readonly timeoutMilliseconds: number;
}

/** A Kubo daemon's RPC: the answer of a command that it began to carry out. */
export type KuboRpc = (request: KuboRequest, call: Call) => Promise<OutboundResponse>;

/** Kubo's words about what went wrong are short. */
const MAX_PROBLEM_CHARACTERS = 1_024;

/** `base` is the RPC address. Calls throw OutboundError, and OurSpaceError with Kubo's own words. */
export function createKuboRpc(base: string, outbound: Outbound): KuboRpc {
  return async ({ command, parameters, body, maxBytes, timeoutMilliseconds }, call) => {
    const query = new URLSearchParams(parameters);
    const response = await outbound.fetch({
      url: `${base}/api/v0/${command}?${query}`,
      method: "POST",
      trust: "operator",
      ...(body === undefined ? {} : { body }),
      maxBytes,
      timeoutMilliseconds,
      maxRedirects: 0,
    }, call);
    if (response.status === 200) return response;
    const words = (await new Response(response.body).text()).slice(0, MAX_PROBLEM_CHARACTERS);
    throw new OurSpaceError(
      `Kubo answered ${command} with ${response.status}: ${plainWords(words)}`,
      {
        remedy: "Check that KUBO_RPC_URL is the RPC address of a running Kubo daemon.",
      },
    );
  };
}
