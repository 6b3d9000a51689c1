import type { Call } from "../../resolver/contracts.ts";
import type { Outbound, OutboundRequest } from "../../resolver/outbound/outbound.ts";
import type { RunningNode } from "./running_node.ts";

/** A question to a route under `/v1/admin/`. */
export interface AdminRequest
  extends
    Pick<OutboundRequest, "method" | "headers" | "body" | "maxBytes" | "timeoutMilliseconds"> {
  /** After `/v1/admin/`. */
  readonly path: string;
}

/** Uses the admin API of the node that runs on this machine. Throws OutboundError. */
export async function askRunningNode(
  { url, token }: RunningNode,
  { path, headers, ...request }: AdminRequest,
  outbound: Outbound,
  call: Call,
): Promise<{ readonly status: number; readonly body: string }> {
  const response = await outbound.fetch({
    ...request,
    url: `${url}/v1/admin/${path}`,
    trust: "operator",
    headers: { ...headers, "Authorization": `Bearer ${token}` },
    maxRedirects: 0,
  }, call);
  return { status: response.status, body: await new Response(response.body).text() };
}
