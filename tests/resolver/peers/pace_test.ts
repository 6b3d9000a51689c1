import assert from "node:assert/strict";
import { createPace } from "../../../resolver/peers/pace.ts";
import { createTestClock } from "../../support/clock.ts";

function setUp() {
  const clock = createTestClock();
  const closing = new AbortController();
  let now = clock.now();
  const pace = createPace({ clock: () => now, alarm: clock.alarm, signal: closing.signal });
  const done: number[] = [];
  /** A piece of work that takes so many milliseconds of the process. */
  const work = (milliseconds: number) =>
    pace.run(() => {
      now += milliseconds;
      return Promise.resolve(void done.push(milliseconds));
    });
  return { clock, closing, done, work, pace };
}

Deno.test("after each slice of work comes as long a rest, at most a second", async () => {
  const { clock, done, work } = setUp();
  for (const milliseconds of [2, 2, 2, 90_000, 1]) void work(milliseconds);
  await clock.advance(5);
  assert.deepEqual(done, [2, 2, 2]);
  await clock.advance(1);
  assert.deepEqual(done, [2, 2, 2, 90_000]);
  await clock.advance(999);
  assert.equal(done.length, 4);
  await clock.advance(1);
  assert.equal(done.length, 5);
});

Deno.test("pieces wait for one another; one that fails fails alone", async () => {
  const { pace } = setUp();
  const order: number[] = [];
  const slow = pace.run(async () => {
    await Promise.resolve();
    order.push(1);
    throw new Error("this one");
  });
  const next = pace.run(() => Promise.resolve(void order.push(2)));
  await assert.rejects(slow, /this one/);
  await next;
  assert.deepEqual(order, [1, 2]);
});

Deno.test("the end ends the rest, and nothing is begun after it", async () => {
  const { clock, closing, done, work } = setUp();
  await work(10);
  const waiting = work(1);
  await clock.advance(0);
  closing.abort();
  await assert.rejects(waiting);
  await assert.rejects(work(1));
  assert.deepEqual(done, [10]);
});
