import assert from "node:assert/strict";
import { abortable, deadline } from "../../resolver/deadline.ts";
import { createTestClock, settled } from "../support/clock.ts";

Deno.test("a deadline aborts with a TimeoutError when its time has passed, not before", async () => {
  const clock = createTestClock();
  using limit = deadline(1_000, { alarm: clock.alarm });
  await clock.advance(999);
  assert.equal(limit.signal.aborted, false);
  await clock.advance(1);
  assert.equal(limit.signal.reason.name, "TimeoutError");
});

Deno.test("a deadline follows its parent, also one that has aborted already", () => {
  const clock = createTestClock();
  const parent = new AbortController();
  const early = deadline(1_000, { parent: parent.signal, alarm: clock.alarm });
  parent.abort(new Error("the visitor left"));
  const late = deadline(1_000, { parent: parent.signal, alarm: clock.alarm });
  for (const { signal } of [early, late]) assert.equal(signal.reason.message, "the visitor left");
  assert.equal(clock.pending(), 0);
});

Deno.test("a deadline that is disposed of stops its timer and lets go of the parent", () => {
  const clock = createTestClock();
  const parent = new AbortController();
  const limit = deadline(1_000, { parent: parent.signal, alarm: clock.alarm });
  limit[Symbol.dispose]();
  parent.abort();
  assert.equal(limit.signal.aborted, false);
  assert.equal(clock.pending(), 0);
});

Deno.test("abortable gives the work's outcome, or the signal's reason if that comes first", async () => {
  const open = new AbortController();
  assert.equal(await abortable(Promise.resolve(7), open.signal), 7);
  await assert.rejects(abortable(Promise.reject(new Error("no")), open.signal), /no/);

  const endless = abortable(new Promise(() => {}), open.signal);
  open.abort(new Error("enough"));
  await assert.rejects(endless, /enough/);
  await assert.rejects(abortable(Promise.resolve(7), open.signal), /enough/);
});

Deno.test("work that fails after the abort is nobody's unhandled rejection", async () => {
  const { promise, reject } = Promise.withResolvers<void>();
  await assert.rejects(abortable(promise, AbortSignal.abort(new Error("enough"))), /enough/);
  reject(new Error("too late"));
  await settled();
});
