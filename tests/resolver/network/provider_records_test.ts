import assert from "node:assert/strict";
import {
  createProviderRecords,
  PROVIDED_MILLISECONDS,
  PROVIDERS_MAX,
} from "../../../resolver/network/provider_records.ts";
import { createTestClock } from "../../support/clock.ts";
import { seeded } from "../../support/seeded.ts";

function setUp() {
  const clock = createTestClock();
  const records = createProviderRecords({ clock: clock.now, random: seeded(7) });
  return { clock, records };
}

Deno.test("a provider is told until its time is over, and longer when it says so again", async () => {
  const { clock, records } = setUp();
  assert.ok(records.add("content", "a", "one"));
  assert.ok(records.add("content", "b", "two"));
  await clock.advance(PROVIDED_MILLISECONDS - 1);
  assert.deepEqual(records.of("content"), ["a", "b"]);
  assert.ok(records.add("content", "a", "one"));
  await clock.advance(1);
  assert.deepEqual(records.of("content"), ["a"]);
  assert.deepEqual(records.of("other"), []);
});

Deno.test("a flood from many addresses neither drives the first out nor keeps newcomers out", () => {
  const { records } = setUp();
  for (const name of ["a", "b", "c"]) records.add("content", name, name);
  for (let index = 0; index < 1_000; index++) {
    records.add("content", `liar ${index}`, `at ${index}`);
  }
  assert.equal(records.of("content").length, PROVIDERS_MAX);
  for (const name of ["a", "b", "c"]) assert.ok(records.of("content").includes(name));
  records.add("content", "late", "late");
  assert.ok(records.of("content").includes("late"));
});

Deno.test("one address has three places of a content, whatever it calls itself", () => {
  const { records } = setUp();
  const taken = ["a", "b", "c", "d"].map((name) => records.add("content", name, "one"));
  assert.deepEqual(taken, [true, true, true, false]);
  assert.ok(records.add("content", "a", "one"));
});

Deno.test("one address has 2,000 records; those that expired or were forgotten count no longer", async () => {
  const { clock, records } = setUp();
  const add = (index: number) => records.add(`content ${index}`, "a", "one");
  for (let index = 0; index < 2_000; index++) assert.ok(add(index));
  assert.equal(add(2_000), false);
  assert.ok(records.add("content 2000", "b", "two"));
  assert.ok(add(5));
  await clock.advance(PROVIDED_MILLISECONDS);
  assert.ok(records.add("content 5", "b", "two"));
  assert.deepEqual(records.of("content 5"), ["b"]);
  assert.ok(add(2_000));
});

Deno.test("all records together are bounded", () => {
  const { records } = setUp();
  for (let index = 0; index < 101_000; index++) {
    records.add(`content ${index}`, "a", `at ${index % 500}`);
  }
  assert.equal(records.count(), 100_000);
  assert.deepEqual(records.of("content 0"), []);
});
