import assert from "node:assert/strict";
import { createMemo } from "../../resolver/memo.ts";

/** Counts how often each key is computed. */
function countingMemo(size: number) {
  const memo = createMemo<string>(size);
  const computed: string[] = [];
  const get = (key: string) =>
    memo(key, () => {
      computed.push(key);
      return Promise.resolve(`value of ${key}`);
    });
  return { get, computed };
}

Deno.test("a value is computed once", async () => {
  const { get, computed } = countingMemo(2);
  assert.equal(await get("a"), "value of a");
  assert.equal(await get("a"), "value of a");
  assert.deepEqual(computed, ["a"]);
});

Deno.test("concurrent calls for one key share the computation", async () => {
  const { get, computed } = countingMemo(2);
  await Promise.all([get("a"), get("b"), get("a"), get("b")]);
  assert.deepEqual(computed, ["a", "b"]);
});

Deno.test("the key that was used longest ago is forgotten first", async () => {
  const { get, computed } = countingMemo(2);
  for (const key of ["a", "b", "a", "c", "a", "b"]) await get(key);
  assert.deepEqual(computed, ["a", "b", "c", "b"]);
});

Deno.test("a failed computation is tried again", async () => {
  const memo = createMemo<number>(2);
  await assert.rejects(memo("a", () => Promise.reject(new Error("no"))), /no/);
  assert.equal(await memo("a", () => Promise.resolve(1)), 1);
});

Deno.test("a failure does not remove the value that replaced it", async () => {
  const memo = createMemo<number>(1);
  const failing = Promise.withResolvers<number>();
  const failed = assert.rejects(memo("a", () => failing.promise), /late/);
  await memo("b", () => Promise.resolve(2));
  await memo("a", () => Promise.resolve(3));
  failing.reject(new Error("late"));
  await failed;
  assert.equal(await memo("a", () => Promise.resolve(4)), 3);
});
