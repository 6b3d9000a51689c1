import { identityText } from "../../schemas/identity.ts";
import { NO_RULES, type OperatorRules } from "../rules/operator_rules.ts";
import { isWithdrawn, parsePointer } from "../../schemas/pointer.ts";
import type { Node } from "../node/node.ts";
import type { Follow } from "./follow_list.ts";
import type { KeptFeedStatus } from "./kept_feed_status.ts";
import { figuresOf, openKeptRecords } from "./kept_records.ts";
import { openLookUpTimes } from "./look_up_times.ts";

/** Somebody who is followed, and how it is with what is kept of them. Times are milliseconds since 1970. */
export interface FollowedFeed extends Omit<KeptFeedStatus, "state"> {
  /** `refused`: by the operator's rules, whatever is held of them. */
  readonly state: KeptFeedStatus["state"] | "refused";
  /** As it was followed. */
  readonly name: string;
  readonly identity: string;
  readonly since: number;
  /** Where a domain led to before; null when it never moved. */
  readonly movedFrom: string | null;
  readonly movedAt: number | null;
  /** Why the domain could not be looked up; empty when it could. */
  readonly nameProblem: string;
  /** Of the newest pointer; null while none is known. */
  readonly timestamp: string | null;
  /** The content that it names. */
  readonly cid: string | null;
}

const REFUSED: Pick<FollowedFeed, "state" | "reason" | "lookUpProblem"> = {
  state: "refused",
  reason: "It is refused by DENYLIST or ALLOWLIST: neither served nor kept up to date.",
  lookUpProblem: "",
};

/** What the node's database says, what its keeper knows, and what the rules are. */
export function followedFeed(
  { name, identity, since, moved }: Follow,
  { pointers, rules }: Pick<Node, "pointers"> & { rules: OperatorRules },
  { status, nameProblem }: { status: KeptFeedStatus; nameProblem: string },
): FollowedFeed {
  const isRefused = rules.refusesName(name) || rules.refusesBehindName(identity);
  const bytes = pointers.get(identity);
  const pointer = bytes === null ? null : parsePointer(bytes);
  return {
    name: name.text,
    identity: identityText(identity),
    since,
    movedFrom: moved === null ? null : identityText(moved.from),
    movedAt: moved?.at ?? null,
    nameProblem,
    timestamp: pointer?.timestamp ?? null,
    cid: pointer?.cid ?? null,
    ...status,
    // What is held of somebody stays on the disk when a rule comes, and looks as if all were well.
    ...(isRefused ? REFUSED : {}),
  };
}

/** The same of a node that does not run: nothing is under way. */
export function storedFollows(
  node: Pick<Node, "pointers" | "keyValues" | "follows">,
  rules = NO_RULES,
): readonly FollowedFeed[] {
  const records = openKeptRecords(node.keyValues);
  const lookUpTimes = openLookUpTimes(node.keyValues);
  return node.follows.all().map((follow) => {
    const record = records.get(follow.identity);
    const status = {
      state: "waiting",
      reason: "",
      ...figuresOf(record),
      checkedAt: lookUpTimes.get(follow.identity),
      lookUpProblem: "",
      title: record?.title ?? "",
    } as const;
    const feed = followedFeed(follow, { ...node, rules }, { status, nameProblem: "" });
    return feed.state === "refused" ? feed : { ...feed, state: storedState(feed, record) };
  });

  function storedState(
    { cid }: FollowedFeed,
    record: ReturnType<typeof records.get>,
  ): FollowedFeed["state"] {
    if (cid === null) return "waiting";
    if (isWithdrawn({ cid })) return "withdrawn";
    if (record?.root.toString() !== cid) return "waiting";
    return record.whole ? "held" : "too-large";
  }
}
