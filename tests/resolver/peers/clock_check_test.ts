import assert from "node:assert/strict";
import { type ClockState, createClockCheck } from "../../../resolver/peers/clock_check.ts";

const MINUTE = 60_000;
const NOON = Date.parse("2026-06-01T12:00:00.000Z");

function setUp() {
  let now = NOON;
  const told: ClockState[] = [];
  const check = createClockCheck({ clock: () => now, onChange: (state) => told.push(state) });
  /** A peer whose clock is so far ahead of ours answers, three times. */
  const answers = (peer: string, ahead: number, tripMilliseconds = 40, times = 3) => {
    for (let i = 0; i < times; i++) {
      const sentAt = now;
      const date = new Date(now + tripMilliseconds / 2 + ahead).toUTCString();
      now += tripMilliseconds;
      check.sample(peer, { date, sentAt, receivedAt: now });
    }
  };
  return { check, told, answers, pass: (milliseconds: number) => void (now += milliseconds) };
}

Deno.test("a clock that agrees with a peer's to the minute is right", () => {
  const { check, told, answers } = setUp();
  answers("one", 58_000);
  assert.equal(check.state(), null);
  assert.deepEqual(told, []);
});

Deno.test("a clock that is behind or ahead is seen, and told once", () => {
  for (const offset of [10 * MINUTE, -10 * MINUTE]) {
    const { check, told, answers } = setUp();
    answers("one", offset, 40, 20);
    const state = check.state();
    assert.ok(state !== null && Math.abs(state.offsetMilliseconds - offset) < 2_000);
    assert.equal(state.peers, 1);
    assert.equal(told.length, 1);
  }
});

Deno.test("two answers are not enough, and one wrong peer of three changes nothing", () => {
  const { check, answers } = setUp();
  answers("one", 60 * MINUTE, 40, 2);
  assert.equal(check.state(), null);
  answers("one", 60 * MINUTE);
  answers("two", 0);
  answers("three", 0);
  assert.equal(check.state(), null);
});

Deno.test("the way there and the waiting of a long poll are no offset", () => {
  const { check, answers } = setUp();
  answers("slow", 0, 4_000);
  assert.equal(check.state(), null);
  const polled = setUp();
  let now = NOON;
  for (let i = 0; i < 3; i++) {
    const sentAt = now;
    now += 25_000;
    polled.check.sample("one", { date: new Date(now).toUTCString(), sentAt, receivedAt: now });
  }
  assert.equal(polled.check.state(), null);
});

Deno.test("it is told again when it changed by a minute, and when it is wrong once more", () => {
  const { told, answers } = setUp();
  answers("one", 2 * MINUTE, 40, 9);
  answers("one", 2 * MINUTE + 30_000, 40, 9);
  assert.equal(told.length, 1);
  answers("one", 5 * MINUTE, 40, 9);
  assert.equal(told.length, 2);
  answers("one", 0, 40, 9);
  assert.equal(told.length, 2);
  answers("one", 2 * MINUTE, 40, 9);
  assert.equal(told.length, 3);
});

Deno.test("three senders of records that are not valid yet are evidence, for ten minutes", () => {
  const { check, told, pass } = setUp();
  for (let i = 0; i < 10; i++) check.notValidYet("one", 8 * MINUTE);
  check.notValidYet("two", 8 * MINUTE);
  assert.equal(check.state(), null);
  check.notValidYet("three", 8 * MINUTE);
  assert.deepEqual(check.state(), { offsetMilliseconds: 8 * MINUTE, peers: 3 });
  assert.equal(told.length, 1);
  pass(10 * MINUTE);
  assert.equal(check.state(), null);
});

Deno.test("strangers cannot make a clock look wrong that the operator's peers agree with", () => {
  const { check, told, answers } = setUp();
  answers("one", 0);
  for (let i = 0; i < 1_000; i++) check.notValidYet(`stranger ${i}`, 30 * MINUTE);
  assert.equal(check.state(), null);
  assert.deepEqual(told, []);
});

Deno.test("answers without a date, or with something else there, say nothing", () => {
  const { check } = setUp();
  for (const date of [null, "", "yesterday", "x".repeat(100_000)]) {
    for (let i = 0; i < 5; i++) check.sample("one", { date, sentAt: NOON, receivedAt: NOON });
  }
  assert.equal(check.state(), null);
});
