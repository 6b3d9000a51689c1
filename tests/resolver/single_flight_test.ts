import assert from "node:assert/strict";
import { UnavailableError } from "../../resolver/errors.ts";
import { createSingleFlight } from "../../resolver/single_flight.ts";

Deno.test("callers of one key share the work under way, later ones begin anew", async () => {
  const flight = createSingleFlight<number>(10);
  let begun = 0;
  const work = () => Promise.resolve(++begun);
  assert.deepEqual(await Promise.all([flight.run("a", work), flight.run("a", work)]), [1, 1]);
  assert.equal(await flight.run("a", work), 2);
});

Deno.test("a failure is shared and then forgotten", async () => {
  const flight = createSingleFlight<number>(10);
  const failing = () => Promise.reject(new Error("no"));
  const both = [flight.run("a", failing), flight.run("a", () => Promise.resolve(1))];
  for (const outcome of both) await assert.rejects(outcome, /no/);
  assert.equal(await flight.run("a", () => Promise.resolve(2)), 2);
});

Deno.test("beyond the limit the oldest work makes room, and is told so", async () => {
  const flight = createSingleFlight<number>(2);
  const endless = (ended: string[], key: string) =>
    flight.run(key, ({ signal }) => {
      signal.addEventListener("abort", () => ended.push(key));
      return new Promise(() => {});
    });
  const ended: string[] = [];
  const oldest = [endless(ended, "a"), endless(ended, "a")];
  void endless(ended, "b");
  assert.equal(await flight.run("c", () => Promise.resolve(3)), 3);
  for (const caller of oldest) await assert.rejects(caller, UnavailableError);
  assert.deepEqual(ended, ["a"]);
});

Deno.test("work that had to make room leaves its key to who comes next", async () => {
  const flight = createSingleFlight<number>(1);
  const { promise, resolve } = Promise.withResolvers<number>();
  const first = flight.run("a", () => promise);
  assert.equal(await flight.run("b", () => Promise.resolve(2)), 2);
  await assert.rejects(first, UnavailableError);
  const again = flight.run("a", () => promise);
  assert.equal(flight.run("a", () => Promise.resolve(3)), again);
  resolve(1);
  assert.equal(await again, 1);
});
