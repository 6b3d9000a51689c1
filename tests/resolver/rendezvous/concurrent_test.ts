import assert from "node:assert/strict";
import { mapConcurrently, merge } from "../../../resolver/rendezvous/concurrent.ts";
import { settled } from "../../support/clock.ts";

async function* values<T>(...list: T[]): AsyncGenerator<T> {
  for (const value of list) yield value;
}

/** A stream that fails at once. */
function failing(): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error("broken")) }) };
}

/** A stream that never gives anything. */
function silent(): AsyncIterable<never> {
  return { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) };
}

Deno.test("merged streams give all that each gives, each in its own order", async () => {
  const merged = await Array.fromAsync(
    merge<number>([values(1, 2, 3), values<number>(), values(10, 20)]),
  );
  assert.deepEqual(merged.filter((value) => value < 10), [1, 2, 3]);
  assert.deepEqual(merged.filter((value) => value >= 10), [10, 20]);
  assert.deepEqual(await Array.fromAsync(merge([])), []);
});

Deno.test("a stream that says nothing keeps nobody else back", async () => {
  for await (const value of merge([silent(), values("first")])) {
    assert.equal(value, "first");
    break;
  }
});

Deno.test("the failure of one merged stream is the failure of all", async () => {
  await assert.rejects(Array.fromAsync(merge([silent(), failing()])), /broken/);
});

Deno.test("what fails after the consumer has left is nobody's failure", async () => {
  const broken = Promise.withResolvers<never>();
  async function* late(): AsyncGenerator<string> {
    yield "first";
    await broken.promise;
  }
  const consumers = [
    () => merge([late()]),
    () => mapConcurrently(late(), 2, (value) => Promise.resolve(value)),
  ];
  for (const consume of consumers) for await (const _ of consume()) break;
  broken.reject(new Error("too late"));
  // An unhandled rejection would end the process in this turn.
  await settled();
});

Deno.test("so much is done at once and no more, and results come as they are ready", async () => {
  const gates = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
  const started: number[] = [];
  const results = mapConcurrently(values(0, 1, 2, 3, 4), 2, async (place) => {
    started.push(place);
    await gates[place]?.promise;
    return place;
  });
  const first = results.next();
  await settled();
  assert.deepEqual(started, [0, 1]);
  gates[1]?.resolve();
  assert.deepEqual(await first, { done: false, value: 1 });
  for (const gate of gates) gate.resolve();
  assert.deepEqual((await Array.fromAsync(results)).sort(), [0, 2, 3, 4]);
});

Deno.test("the failure of one piece of work is the failure of all", async () => {
  const work = (input: number) =>
    input === 2 ? Promise.reject(new Error("broken")) : Promise.resolve(input);
  await assert.rejects(Array.fromAsync(mapConcurrently(values(1, 2, 3), 1, work)), /broken/);
  await assert.rejects(Array.fromAsync(mapConcurrently(failing(), 1, work)), /broken/);
});
