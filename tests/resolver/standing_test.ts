import assert from "node:assert/strict";
import { createStandings } from "../../resolver/standing.ts";
import { createTestClock } from "../support/clock.ts";

const MINUTE = 60_000;

function setUp() {
  const clock = createTestClock();
  const standings = createStandings({ clock: clock.now });
  const fail = (times: number) => {
    for (let i = 0; i < times; i++) standings.note("peer", "failed");
  };
  return { clock, standings, fail };
}

Deno.test("who was never met, and who failed once or twice, is asked", () => {
  const { standings, fail } = setUp();
  assert.equal(standings.avoided("peer"), null);
  fail(2);
  assert.equal(standings.avoided("peer"), null);
});

Deno.test("more failures in a row are left alone for longer and longer, 5 minutes at most", async () => {
  const { clock, standings, fail } = setUp();
  fail(3);
  assert.equal(standings.avoided("peer"), "failed");
  assert.equal(standings.avoided("another"), null);
  await clock.advance(1_000);
  assert.equal(standings.avoided("peer"), null);
  fail(1);
  await clock.advance(1_999);
  assert.equal(standings.avoided("peer"), "failed");
  await clock.advance(1);
  assert.equal(standings.avoided("peer"), null);
  fail(100);
  await clock.advance(5 * MINUTE - 1);
  assert.equal(standings.avoided("peer"), "failed");
  await clock.advance(1);
  assert.equal(standings.avoided("peer"), null);
});

Deno.test("one good answer makes up for all failures, and for no lie", () => {
  const { standings, fail } = setUp();
  fail(50);
  standings.note("peer", "answered");
  assert.equal(standings.avoided("peer"), null);
  standings.note("peer", "lied");
  standings.note("peer", "answered");
  assert.equal(standings.avoided("peer"), "lied");
});

Deno.test("a liar is left alone for minutes, after many lies for a day, and no longer", async () => {
  const { clock, standings } = setUp();
  standings.note("peer", "lied");
  await clock.advance(5 * MINUTE - 1);
  assert.equal(standings.avoided("peer"), "lied");
  await clock.advance(1);
  assert.equal(standings.avoided("peer"), null);
  for (let i = 0; i < 20; i++) standings.note("peer", "lied");
  await clock.advance(24 * 60 * MINUTE - 1);
  assert.equal(standings.avoided("peer"), "lied");
  await clock.advance(1);
  assert.equal(standings.avoided("peer"), null);
  standings.note("peer", "lied");
  await clock.advance(5 * MINUTE);
  assert.equal(standings.avoided("peer"), null);
});

Deno.test("a clock that is set back leaves nobody alone for years", () => {
  let now = Date.parse("2026-06-01T00:00:00.000Z");
  const standings = createStandings({ clock: () => now });
  standings.note("peer", "lied");
  now = 0;
  assert.equal(standings.avoided("peer"), null);
});

Deno.test("when somebody last answered well is remembered", async () => {
  const { clock, standings } = setUp();
  assert.equal(standings.answeredAt("peer"), 0);
  standings.note("peer", "answered");
  const then = clock.now();
  await clock.advance(10);
  standings.note("peer", "failed");
  assert.equal(standings.answeredAt("peer"), then);
});
