import assert from "node:assert/strict";
import { HostRateLimit } from "../../../resolver/outbound/host_rate_limit.ts";

function limitAt(start: number) {
  let now = start;
  const limit = new HostRateLimit({ burst: 3, perSecond: 2 }, () => now);
  return { limit, wait: (milliseconds: number) => now += milliseconds };
}

Deno.test("a burst passes, then nothing until time has passed", () => {
  const { limit, wait } = limitAt(0);
  assert.deepEqual([1, 2, 3, 4].map(() => limit.take("a")), [true, true, true, false]);
  wait(499);
  assert.equal(limit.take("a"), false);
  wait(1);
  assert.equal(limit.take("a"), true);
  assert.equal(limit.take("a"), false);
});

Deno.test("a long rest gives no more than the burst", () => {
  const { limit, wait } = limitAt(0);
  wait(3_600_000);
  assert.deepEqual([1, 2, 3, 4].map(() => limit.take("a")), [true, true, true, false]);
});

Deno.test("one host's requests cost another host nothing", () => {
  const { limit } = limitAt(0);
  for (let i = 0; i < 5; i++) limit.take("a");
  assert.equal(limit.take("b"), true);
});

Deno.test("a clock that was set back takes nothing away", () => {
  const { limit, wait } = limitAt(1_000_000);
  limit.take("a");
  wait(-500_000);
  assert.equal(limit.take("a"), true);
});

Deno.test("a host in use is remembered while any number of others come and go", () => {
  const { limit } = limitAt(0);
  for (let i = 0; i < 3; i++) limit.take("a");
  for (let i = 0; i < 10_000; i++) {
    limit.take(`other${i}`);
    if (i % 1000 === 0) assert.equal(limit.take("a"), false);
  }
});
