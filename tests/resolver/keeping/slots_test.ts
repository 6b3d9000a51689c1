import assert from "node:assert/strict";
import { createSlots } from "../../../resolver/keeping/slots.ts";
import { settled } from "../../support/clock.ts";
import { CALL } from "../../support/content.ts";

Deno.test("so many go on at the same time, the others in their order", async () => {
  const slots = createSlots(2);
  const doors = Array.from({ length: 4 }, () => Promise.withResolvers<void>());
  const begun: number[] = [];
  const all = doors.map(({ promise }, place) =>
    slots.run(() => {
      begun.push(place);
      return promise;
    }, CALL)
  );
  await settled();
  assert.deepEqual(begun, [0, 1]);
  doors[1]?.resolve();
  await settled();
  assert.deepEqual(begun, [0, 1, 2]);
  for (const door of doors) door.resolve();
  await Promise.all(all);
  assert.deepEqual(begun, [0, 1, 2, 3]);
});

Deno.test("whoever leaves the queue, or fails, gives the place to the next", async () => {
  const slots = createSlots(1);
  const door = Promise.withResolvers<void>();
  const first = slots.run(() => door.promise, CALL);
  const stop = new AbortController();
  const left = slots.run(() => Promise.resolve(), { signal: stop.signal });
  const last = slots.run(() => Promise.resolve("done"), CALL);
  stop.abort(new Error("left"));
  await assert.rejects(left, /left/);
  door.reject(new Error("failed"));
  await assert.rejects(first, /failed/);
  assert.equal(await last, "done");
  await assert.rejects(slots.run(() => Promise.resolve(), stop), /left/);
});
