import type { Call } from "../../../resolver/contracts.ts";
import { NotFoundError } from "../../../resolver/errors.ts";
import type { Outbound } from "../../../resolver/outbound/outbound.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import type { Name } from "../../../schemas/name.ts";
import type { LookUpReport } from "../../look_up_report.ts";
import { problemDetail } from "../problem_answer.ts";
import type { RunningNode } from "../running_node.ts";
import { parseReport } from "./parse_report.ts";

/** The route's own deadline is 15 s. */
const DEADLINE_MILLISECONDS = 20_000;
/** Some 20 sources with 64 peers each. */
const MAX_REPORT_BYTES = 1024 * 1024;

/** Has the running node look a name up. Throws NotFoundError for a name that leads nowhere. */
export async function askNode(
  { url, token }: RunningNode,
  name: Name,
  outbound: Outbound,
  call: Call,
): Promise<LookUpReport> {
  const response = await outbound.fetch({
    url: `${url}/v1/admin/resolve?name=${encodeURIComponent(name.text)}`,
    trust: "operator",
    headers: { "Authorization": `Bearer ${token}` },
    maxBytes: MAX_REPORT_BYTES,
    timeoutMilliseconds: DEADLINE_MILLISECONDS,
    maxRedirects: 0,
  }, call);
  const body = await new Response(response.body).text();
  if (response.status === 200) return parseReport(body);
  const detail = problemDetail(body) || `Your node answered with status ${response.status}.`;
  if (response.status === 404) throw new NotFoundError(detail, { incomplete: false });
  throw new OurSpaceError(detail, { remedy: "Check the node's log." });
}
