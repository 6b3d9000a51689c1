import assert from "node:assert/strict";
import { createLateKeys } from "../../../resolver/bitswap/late_keys.ts";
import { createTestClock } from "../../support/clock.ts";

Deno.test("what was wanted is known for a moment, a bounded number of it", async () => {
  const clock = createTestClock();
  const late = createLateKeys(clock.now);
  assert.equal(late.isOpen(), false);
  for (let index = 0; index < 300; index++) late.add(`key ${index}`);
  assert.ok(late.isOpen() && late.has("key 0") && late.has("key 255"));
  assert.equal(late.has("key 256"), false);
  await clock.advance(10_000);
  assert.equal(late.isOpen(), false);
  late.add("another");
  assert.ok(late.has("another") && !late.has("key 0"));
});
