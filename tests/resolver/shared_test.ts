import assert from "node:assert/strict";
import { UnavailableError } from "../../resolver/errors.ts";
import { createShared } from "../../resolver/shared.ts";

Deno.test("callers of one key share the work under way, later ones begin anew", async () => {
  const shared = createShared<number>(10);
  let begun = 0;
  const work = () => Promise.resolve(++begun);
  assert.deepEqual(await Promise.all([shared.run("a", work), shared.run("a", work)]), [1, 1]);
  assert.equal(await shared.run("a", work), 2);
});

Deno.test("a failure is shared and then forgotten", async () => {
  const shared = createShared<number>(10);
  const failing = () => Promise.reject(new Error("no"));
  const both = [shared.run("a", failing), shared.run("a", () => Promise.resolve(1))];
  for (const outcome of both) await assert.rejects(outcome, /no/);
  assert.equal(await shared.run("a", () => Promise.resolve(2)), 2);
});

Deno.test("beyond the limit the oldest work makes room, and is told so", async () => {
  const shared = createShared<number>(2);
  const endless = (ended: string[], key: string) =>
    shared.run(key, ({ signal }) => {
      signal.addEventListener("abort", () => ended.push(key));
      return new Promise(() => {});
    });
  const ended: string[] = [];
  const oldest = [endless(ended, "a"), endless(ended, "a")];
  void endless(ended, "b");
  assert.equal(await shared.run("c", () => Promise.resolve(3)), 3);
  for (const caller of oldest) await assert.rejects(caller, UnavailableError);
  assert.deepEqual(ended, ["a"]);
});

Deno.test("work that had to make room leaves its key to who comes next", async () => {
  const shared = createShared<number>(1);
  const { promise, resolve } = Promise.withResolvers<number>();
  const first = shared.run("a", () => promise);
  assert.equal(await shared.run("b", () => Promise.resolve(2)), 2);
  await assert.rejects(first, UnavailableError);
  const again = shared.run("a", () => promise);
  assert.equal(shared.run("a", () => Promise.resolve(3)), again);
  resolve(1);
  assert.equal(await again, 1);
});
