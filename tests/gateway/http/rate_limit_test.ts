import assert from "node:assert/strict";
import { createRateLimit } from "../../../gateway/http/rate_limit.ts";

function limitAt(start: number, maxClients = 100) {
  let now = start;
  const limit = createRateLimit({ clock: () => now, burst: 3, perMinute: 60, maxClients });
  return { limit, pass: (milliseconds: number) => now += milliseconds };
}

Deno.test("a burst passes, then one a second, and the rest is told how long to wait", () => {
  const { limit, pass } = limitAt(0);
  assert.deepEqual([1, 2, 3, 4].map(() => limit.take("192.0.2.1")), [0, 0, 0, 1]);
  pass(999);
  assert.equal(limit.take("192.0.2.1"), 1);
  pass(1);
  assert.equal(limit.take("192.0.2.1"), 0);
  assert.equal(limit.take("192.0.2.1"), 1);
});

Deno.test("a refused request costs nothing", () => {
  const { limit, pass } = limitAt(0);
  for (let i = 0; i < 100; i++) limit.take("192.0.2.1");
  pass(1_000);
  assert.equal(limit.take("192.0.2.1"), 0);
});

Deno.test("clients do not use up one another's", () => {
  const { limit } = limitAt(0);
  for (let i = 0; i < 4; i++) limit.take("192.0.2.1");
  assert.equal(limit.take("192.0.2.2"), 0);
});

Deno.test("a clock that is set back blocks nobody for longer", () => {
  const { limit, pass } = limitAt(1_000_000);
  for (let i = 0; i < 3; i++) limit.take("192.0.2.1");
  pass(-500_000);
  assert.equal(limit.take("192.0.2.1"), 1);
  pass(1_000);
  assert.equal(limit.take("192.0.2.1"), 0);
});

Deno.test("of too many clients the one that was seen longest ago is forgotten", () => {
  const { limit } = limitAt(0, 2);
  for (let i = 0; i < 3; i++) limit.take("192.0.2.1");
  limit.take("192.0.2.2");
  assert.equal(limit.take("192.0.2.1"), 1, "seen again, so that it stays");
  limit.take("192.0.2.3");
  limit.take("192.0.2.2");
  assert.equal(limit.take("192.0.2.1"), 0, "forgotten, so that it starts anew");
});
