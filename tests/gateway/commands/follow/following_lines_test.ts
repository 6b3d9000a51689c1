import assert from "node:assert/strict";
import { followingLines } from "../../../../gateway/commands/follow/following_lines.ts";
import { followedFeed } from "../../../support/followed_feeds.ts";

const NOW = Date.parse("2026-06-01T12:00:00.000Z");

Deno.test("the table says what is held of whom, how old it is, and what is in the way", () => {
  const lines = followingLines([
    followedFeed(),
    followedFeed({
      name: "0x920bE5CDd67Bd86d058029318a43C7401Dd9D684",
      state: "waiting",
      bytes: 0,
      timestamp: null,
      checkedAt: 0,
      lookUpProblem: "Nobody could be asked.",
    }),
  ], { now: NOW, running: true });
  assert.deepEqual(lines, [
    "NAME                                        CONTENT     SIZE  PUBLISHED   ASKED",
    "alice.example                               held      1.0 MB  2 days ago  5 min ago",
    "0x920bE5CDd67Bd86d058029318a43C7401Dd9D684  waiting  0 bytes  –           –",
    "0x920bE5CDd67Bd86d058029318a43C7401Dd9D684: Nobody could be asked.",
  ]);
});

Deno.test("a domain that moved is shown to have, and that no node runs", () => {
  const lines = followingLines([followedFeed({ movedFrom: "0xBefore", movedAt: NOW })], {
    now: NOW,
    running: false,
  });
  assert.match(
    lines[2] ?? "",
    /alice\.example: It leads to 0xd8dA.* now; before it was 0xBefore\./,
  );
  assert.match(lines[3] ?? "", /No node runs/);
});

Deno.test("when nobody is followed, how to", () => {
  assert.match(followingLines([], { now: NOW, running: true })[0] ?? "", /deno task follow/);
});
