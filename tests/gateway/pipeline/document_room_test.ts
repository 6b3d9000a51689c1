import assert from "node:assert/strict";
import { createDocumentRoom } from "../../../gateway/pipeline/document_room.ts";
import { UnavailableError } from "../../../resolver/errors.ts";
import { settled } from "../../support/clock.ts";
import { CALL } from "../../support/content.ts";

const LIMITS = { small: 1, reading: 10, waiting: 20 };

/** Documents that are read until their doors are opened. */
function setUp() {
  const room = createDocumentRoom(LIMITS);
  const begun: string[] = [];
  const read = (name: string, bytes: number, signal = CALL.signal) => {
    const door = Promise.withResolvers<void>();
    const work = () => {
      begun.push(name);
      return door.promise;
    };
    const end = room.run(bytes, work, { signal }).then(() => "read", (error: unknown) => error);
    return { end, open: door.resolve, fail: door.reject };
  };
  return { begun, read };
}

Deno.test("as many documents are read at the same time as there is room for, and small ones always", async () => {
  const { begun, read } = setUp();
  const large = read("large", 8);
  const second = read("second", 8);
  const fitting = read("fitting", 2);
  const small = read("small", 1);
  await settled();
  assert.deepEqual(begun, ["small", "large", "fitting"]);
  for (const one of [large, fitting, small]) one.open();
  await settled();
  assert.deepEqual(begun, ["small", "large", "fitting", "second"]);
  second.open();
  const ends = await Promise.all([large, second, fitting, small].map(({ end }) => end));
  assert.deepEqual(ends, ["read", "read", "read", "read"]);
});

Deno.test("a document that is larger than the room is read alone", async () => {
  const { begun, read } = setUp();
  const huge = read("huge", 50);
  const next = read("next", 2);
  await settled();
  assert.deepEqual(begun, ["huge"]);
  huge.fail(new Error("no feed"));
  next.open();
  assert.match(String(await huge.end), /no feed/);
  assert.equal(await next.end, "read");
});

Deno.test("when too much waits, the largest leaves: nothing is known of it", async () => {
  const { begun, read } = setUp();
  const first = read("first", 10);
  const [largest, other] = [read("largest", 9), read("other", 7)];
  const last = read("last", 5);
  assert.ok(await largest.end instanceof UnavailableError);
  for (const one of [first, other, last]) one.open();
  await Promise.all([first, other, last].map(({ end }) => end));
  assert.deepEqual(begun, ["first", "other", "last"]);
});

Deno.test("whoever gives up leaves its place in the queue, or its room, to the next", async () => {
  const { begun, read } = setUp();
  const first = read("first", 10);
  const stop = new AbortController();
  const [gone, next] = [read("gone", 6, stop.signal), read("next", 6)];
  // Its turn comes, and it gives up, in the same moment.
  first.open();
  await first.end;
  stop.abort(new Error("left"));
  gone.open();
  next.open();
  await Promise.all([gone.end, next.end]);
  const late = read("late", 10);
  late.open();
  assert.equal(await late.end, "read");
  assert.deepEqual(begun.slice(-2), ["next", "late"]);

  const stopped = new AbortController();
  const blocking = read("blocking", 10);
  const waiting = read("waiting", 10, stopped.signal);
  stopped.abort(new Error("left"));
  assert.match(String(await waiting.end), /left/);
  blocking.open();
  assert.equal(await blocking.end, "read");
});
