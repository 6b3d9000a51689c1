import type { FollowedFeed } from "../../resolver/keeping/followed_feed.ts";

/** Somebody who is followed and whose content is held, but for these fields. */
export function followedFeed(fields: Partial<FollowedFeed> = {}): FollowedFeed {
  return {
    name: "alice.example",
    identity: "0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045",
    since: Date.parse("2026-05-01T00:00:00.000Z"),
    movedFrom: null,
    movedAt: null,
    nameProblem: "",
    timestamp: "2026-05-30T12:00:00.000Z",
    cid: "bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq",
    state: "held",
    reason: "",
    blocks: 12,
    bytes: 1_048_576,
    checkedAt: Date.parse("2026-06-01T11:55:00.000Z"),
    lookUpProblem: "",
    title: "Alice",
    ...fields,
  };
}
