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
      title: "",
    }),
  ], { now: NOW, running: true });
  assert.deepEqual(lines, [
    "NAME                                        CONTENT     SIZE  PUBLISHED   ASKED      TITLE",
    "alice.example                               held      1.0 MB  2 days ago  5 min ago  Alice",
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

Deno.test("a title does nothing to the terminal, and takes so much of the line and no more", () => {
  const title = `\x1b]0;evil\x07\u202e${"long ".repeat(100)}`;
  const [, line = ""] = followingLines([followedFeed({ title })], { now: NOW, running: true });
  assert.match(line, / \]0;evil( long)+ l…$/);
  assert.ok(line.length < 100);
});
