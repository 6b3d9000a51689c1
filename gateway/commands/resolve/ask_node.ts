import type { Call } from "../../../resolver/contracts.ts";
import { NotFoundError, RefusedByOperatorError } from "../../../resolver/errors.ts";
import type { Outbound } from "../../../resolver/outbound/outbound.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import type { Name } from "../../../schemas/name.ts";
import type { LookUpReport } from "../../look_up_report.ts";
import { askRunningNode } from "../ask_running_node.ts";
import { problemDetail, problemRemedy } from "../problem_answer.ts";
import type { RunningNode } from "../running_node.ts";
import { parseReport } from "./parse_report.ts";

/** The route's own deadline is 20 s. */
const DEADLINE_MILLISECONDS = 25_000;
/** Some 20 sources with 64 peers each. */
const MAX_REPORT_BYTES = 1024 * 1024;

/**
 * Has the running node look a name up. Throws NotFoundError for a name that leads nowhere, and
 * RefusedByOperatorError.
 */
export async function askNode(
  node: RunningNode,
  name: Name,
  outbound: Outbound,
  call: Call,
): Promise<LookUpReport> {
  const request = {
    path: `resolve?name=${encodeURIComponent(name.text)}`,
    maxBytes: MAX_REPORT_BYTES,
    timeoutMilliseconds: DEADLINE_MILLISECONDS,
  };
  const { status, body } = await askRunningNode(node, request, outbound, call);
  if (status === 200) return parseReport(body);
  const detail = problemDetail(body) || `Your node answered with status ${status}.`;
  if (status === 404) {
    throw new NotFoundError(detail, { incomplete: false, remedy: problemRemedy(body) });
  }
  if (status === 451) {
    throw new RefusedByOperatorError(detail, {
      remedy: "The rules are in the files that DENYLIST and ALLOWLIST name.",
    });
  }
  throw new OurSpaceError(detail, { remedy: problemRemedy(body) || "Check the node's log." });
}
