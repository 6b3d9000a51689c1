import assert from "node:assert/strict";
import { createRankings, type Ranking } from "../../../resolver/content/ranking.ts";
import { createTestClock } from "../../support/clock.ts";

const ROADS = ["a", "b", "c"].map((knownAs) => ({ knownAs }));
const order = (ranking: Ranking) => ranking.sort(ROADS).map(({ knownAs }) => knownAs).join("");

Deno.test("roads of which nothing is known keep their order", () => {
  assert.equal(order(createRankings(createTestClock().now)("feed")), "abc");
});

Deno.test("who delivers soon is asked before the unknown, who does not after it", () => {
  const ranking = createRankings(createTestClock().now)("feed");
  ranking.record("c", "delivered", 10);
  ranking.record("a", "delivered", 900);
  assert.equal(order(ranking), "cba");
});

Deno.test("having nothing is better than being beaten, failing and forging, in this order", () => {
  const ranking = createRankings(createTestClock().now)("feed");
  ranking.record("a", "forged", 10);
  ranking.record("b", "failed", 10);
  ranking.record("c", "beaten", 10);
  assert.equal(order(ranking), "cba");
  ranking.record("c", "none", 10);
  assert.equal(order(ranking), "cba");
});

Deno.test("a bad experience fades: it takes a few minutes, or a good one", async () => {
  const clock = createTestClock();
  const ranking = createRankings(clock.now)("feed");
  ranking.record("a", "failed", 10_000);
  ranking.record("b", "delivered", 110);
  assert.equal(order(ranking), "cba");
  await clock.advance(20 * 60_000);
  ranking.record("a", "delivered", 10);
  assert.equal(order(ranking), "acb");
});

Deno.test("only so many roads are remembered: strangers name locations without end", () => {
  const ranking = createRankings(createTestClock().now)("feed");
  ranking.record("a", "forged", 0);
  assert.equal(order(ranking), "bca");
  for (let road = 0; road < 1_000; road++) ranking.record(`https://${road}.example`, "none", 1);
  assert.equal(order(ranking), "abc");
});

Deno.test("a road is ranked by its record for the kind of content, or by any while it has none", () => {
  const rankings = createRankings(createTestClock().now);
  const [feed, media] = [rankings("feed"), rankings("media")];
  feed.record("c", "delivered", 10);
  assert.equal(order(media), "cab");
  media.record("c", "beaten", 900);
  assert.equal(order(feed), "cab");
  assert.equal(order(media), "abc");
});

Deno.test("a road is given the time that it nearly always takes, within bounds", () => {
  const ranking = createRankings(createTestClock().now)("media");
  assert.equal(ranking.patience("a"), null);
  ranking.record("a", "failed", 10_000);
  assert.equal(ranking.patience("a"), null);
  ranking.record("a", "delivered", 100);
  assert.equal(ranking.patience("a"), 300);
  for (let time = 0; time < 100; time++) ranking.record("a", "delivered", 100);
  assert.equal(Math.round(ranking.patience("a") ?? 0), 100);
  for (let time = 0; time < 100; time++) ranking.record("b", "delivered", 1);
  assert.equal(ranking.patience("b"), 50);
  for (let time = 0; time < 100; time++) ranking.record("c", "delivered", 9_000);
  assert.equal(ranking.patience("c"), 1_000);
});
