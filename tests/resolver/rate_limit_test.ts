import assert from "node:assert/strict";
import { createRateLimit } from "../../resolver/rate_limit.ts";

function limitAt(start: number, { perSecond = 1, maxKeys = 100 } = {}) {
  let now = start;
  const limit = createRateLimit({ burst: 3, perSecond }, { clock: () => now, maxKeys });
  return { limit, pass: (milliseconds: number) => now += milliseconds };
}

Deno.test("a burst passes, then one a second, and the rest is told how long to wait", () => {
  const { limit, pass } = limitAt(0);
  assert.deepEqual([1, 2, 3, 4].map(() => limit.take("a")), [0, 0, 0, 1]);
  pass(999);
  assert.equal(limit.take("a"), 1);
  pass(1);
  assert.equal(limit.take("a"), 0);
  assert.equal(limit.take("a"), 1);
});

Deno.test("the rate need not be one a second", () => {
  const { limit, pass } = limitAt(0, { perSecond: 0.1 });
  assert.deepEqual([1, 2, 3, 4].map(() => limit.take("a")), [0, 0, 0, 10]);
  pass(9_999);
  assert.equal(limit.take("a"), 1);
  pass(1);
  assert.equal(limit.take("a"), 0);
});

Deno.test("a long rest gives no more than the burst", () => {
  const { limit, pass } = limitAt(0);
  pass(3_600_000);
  assert.deepEqual([1, 2, 3, 4].map(() => limit.take("a")), [0, 0, 0, 1]);
});

Deno.test("what is refused costs nothing", () => {
  const { limit, pass } = limitAt(0);
  for (let i = 0; i < 100; i++) limit.take("a");
  pass(1_000);
  assert.equal(limit.take("a"), 0);
});

Deno.test("keys do not use up one another's", () => {
  const { limit } = limitAt(0);
  for (let i = 0; i < 5; i++) limit.take("a");
  assert.equal(limit.take("b"), 0);
});

Deno.test("a clock that is set back blocks nobody for longer", () => {
  const { limit, pass } = limitAt(1_000_000);
  for (let i = 0; i < 3; i++) limit.take("a");
  pass(-500_000);
  assert.equal(limit.take("a"), 1);
  pass(1_000);
  assert.equal(limit.take("a"), 0);
});

Deno.test("of too many keys the one that was used longest ago is forgotten", () => {
  const { limit } = limitAt(0, { maxKeys: 2 });
  for (let i = 0; i < 3; i++) limit.take("a");
  limit.take("b");
  assert.equal(limit.take("a"), 1, "used again, so that it stays");
  limit.take("c");
  limit.take("b");
  assert.equal(limit.take("a"), 0, "forgotten, so that it starts anew");
});

Deno.test("a key in use is remembered while any number of others come and go", () => {
  const { limit } = limitAt(0);
  for (let i = 0; i < 3; i++) limit.take("a");
  for (let i = 0; i < 10_000; i++) {
    limit.take(`other${i}`);
    if (i % 50 === 0) assert.equal(limit.take("a"), 1);
  }
});
