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

Deno.test("beyond the limit new work is refused, and waiting for old work is not", async () => {
  const shared = createShared<number>(1);
  const { promise, resolve } = Promise.withResolvers<number>();
  const first = shared.run("a", () => promise);
  await assert.rejects(shared.run("b", () => Promise.resolve(2)), UnavailableError);
  const joined = shared.run("a", () => Promise.resolve(2));
  resolve(1);
  assert.deepEqual(await Promise.all([first, joined]), [1, 1]);
  assert.equal(await shared.run("b", () => Promise.resolve(2)), 2);
});
