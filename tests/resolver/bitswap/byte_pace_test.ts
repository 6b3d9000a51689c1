import assert from "node:assert/strict";
import { createBytePace } from "../../../resolver/bitswap/byte_pace.ts";
import { createTestClock } from "../../support/clock.ts";

Deno.test("a burst is free; what is spent beyond it is waited for, by each for itself", async () => {
  const clock = createTestClock();
  const pace = createBytePace({ burst: 100, perSecond: 10 }, { clock: clock.now, maxKeys: 10 });
  pace.spend("a", 100);
  assert.equal(pace.wait("a"), 0);
  pace.spend("a", 20);
  assert.equal(pace.wait("a"), 2_000);
  assert.equal(pace.wait("b"), 0);
  await clock.advance(1_000);
  assert.equal(pace.wait("a"), 1_000);
  await clock.advance(60_000);
  pace.spend("a", 100);
  assert.equal(pace.wait("a"), 0);
});

Deno.test("a clock that is set back lets nobody spend more, and nobody wait longer", () => {
  const clock = createTestClock();
  const pace = createBytePace({ burst: 0, perSecond: 10 }, { clock: clock.now, maxKeys: 10 });
  pace.spend("a", 10);
  clock.set(0);
  assert.equal(pace.wait("a"), 1_000);
});
