import assert from "node:assert/strict";
import { createSenders } from "../../../resolver/network/senders.ts";
import { createTestClock } from "../../support/clock.ts";

function passed(count: number, ask: (index: number) => boolean): number {
  return Array.from({ length: count }, (_, index) => ask(index)).filter((one) => one).length;
}

Deno.test("a sender has its own allowance, and it fills again", () => {
  const clock = createTestClock();
  const senders = createSenders(clock.now);
  assert.equal(passed(1_000, () => senders.mayAsk("4:1")), 500);
  assert.equal(passed(1, () => senders.mayAsk("4:2")), 1);
  clock.set(clock.now() + 1_000);
  assert.equal(passed(1_000, () => senders.mayAsk("4:1")), 50);
});

Deno.test("ever new peer ids behind a proxy have one allowance together", () => {
  const senders = createSenders(createTestClock().now);
  assert.equal(passed(9_000, (index) => senders.mayAsk(`peer:${index}`)), 5_000);
  assert.equal(passed(1, () => senders.mayAsk("4:1")), 1);
});

Deno.test("who sends more than a few forgeries is not served for ten minutes", () => {
  const clock = createTestClock();
  const senders = createSenders(clock.now);
  for (let i = 0; i < 5; i++) senders.forged("4:1");
  assert.equal(senders.isDisgraced("4:1"), false);
  senders.forged("4:1");
  assert.equal(senders.isDisgraced("4:1"), true);
  clock.set(clock.now() + 10 * 60_000);
  assert.equal(senders.isDisgraced("4:1"), false);
});
