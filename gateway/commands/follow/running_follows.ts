import type { FollowedFeed } from "../../../resolver/keeping/followed_feed.ts";
import type { Outbound } from "../../../resolver/outbound/outbound.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import { count, fields, list, oneOf, orNull, text, truth } from "../answer_fields.ts";
import { askRunningNode } from "../ask_running_node.ts";
import { parseJson } from "../parse_json.ts";
import { problemDetail, problemRemedy } from "../problem_answer.ts";
import type { RunningNode } from "../running_node.ts";
import type { Follows } from "./follows.ts";

/** The route's own deadline is 8 s. */
const DEADLINE_MILLISECONDS = 12_000;
/** A thousand who are followed, with what is in the way of each. */
const MAX_ANSWER_BYTES = 4 * 1024 * 1024;

const STATES: readonly FollowedFeed["state"][] = [
  "waiting",
  "loading",
  "held",
  "incomplete",
  "too-large",
  "no-room",
  "wrong",
  "withdrawn",
  "refused",
];

/** Through the admin API of the node that runs. */
export function runningFollows(node: RunningNode, outbound: Outbound): Follows {
  const limits = { maxBytes: MAX_ANSWER_BYTES, timeoutMilliseconds: DEADLINE_MILLISECONDS };
  const pathOf = (name: { text: string }) => `follows/${encodeURIComponent(name.text)}`;
  return {
    url: node.url,
    async all(call) {
      const request = { ...limits, path: "follows" };
      const { status, body } = await askRunningNode(node, request, outbound, call);
      if (status !== 200) throw refused(status, body);
      return list(fields(parseJson(body))["followed"]).map(parseFollowed);
    },
    async add(name, call) {
      const request = { ...limits, path: pathOf(name), method: "PUT" } as const;
      const { status, body } = await askRunningNode(node, request, outbound, call);
      if (status !== 200) throw refused(status, body);
      const { identity, known } = fields(parseJson(body));
      return { identity: text(identity), known: truth(known) };
    },
    async remove(name, call) {
      const request = { ...limits, path: pathOf(name), method: "DELETE" } as const;
      const { status, body } = await askRunningNode(node, request, outbound, call);
      if (status === 204 || status === 404) return status === 204;
      throw refused(status, body);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function parseFollowed(value: unknown): FollowedFeed {
  const feed = fields(value);
  return {
    name: text(feed["name"]),
    identity: text(feed["identity"]),
    since: count(feed["since"]),
    movedFrom: orNull(text, feed["movedFrom"]),
    movedAt: orNull(count, feed["movedAt"]),
    nameProblem: text(feed["nameProblem"]),
    timestamp: orNull(text, feed["timestamp"]),
    cid: orNull(text, feed["cid"]),
    state: oneOf(STATES, feed["state"]),
    reason: text(feed["reason"]),
    blocks: count(feed["blocks"]),
    bytes: count(feed["bytes"]),
    checkedAt: count(feed["checkedAt"]),
    lookUpProblem: text(feed["lookUpProblem"]),
    title: text(feed["title"]),
  };
}

function refused(status: number, body: string): OurSpaceError {
  const detail = problemDetail(body) || `Your node answered with status ${status}.`;
  // For visitors: the operator is whoever reads this.
  if (status === 451) return new OurSpaceError(detail);
  const fallback = status >= 500 ? "Check the node's log." : "";
  return new OurSpaceError(detail, { remedy: problemRemedy(body) || fallback });
}
