import assert from "node:assert/strict";
import { createWaitingRoom } from "../../../resolver/peers/waiting_room.ts";
import { createVerifier } from "../../../resolver/verify.ts";
import { identityText } from "../../../schemas/identity.ts";
import { createTestClock } from "../../support/clock.ts";
import { makeSigner, signPointer } from "../../support/pointers.ts";

const MINUTE = 60_000;
/** What a timestamp may be ahead of the clock. */
const TOLERANCE = 5 * MINUTE;

function setUp({ lookUp = () => Promise.resolve() }: { lookUp?: () => Promise<void> } = {}) {
  const clock = createTestClock();
  const closing = new AbortController();
  const notes: [string, number][] = [];
  const lookedUp: string[] = [];
  const room = createWaitingRoom({
    clock: clock.now,
    verifier: createVerifier({ clock: () => clock.now() + 60 * MINUTE }),
    random: () => 0.5,
    onNote: (sender, ahead) => notes.push([sender, ahead]),
  });
  const open = () =>
    room.open({
      alarm: clock.alarm,
      signal: closing.signal,
      lookUp: (identity) => {
        lookedUp.push(identityText(identity));
        return lookUp();
      },
    });
  const ahead = (milliseconds: number) => new Date(clock.now() + milliseconds).toISOString();
  return { clock, closing, notes, lookedUp, room, open, ahead };
}

Deno.test("a record is looked up within a minute of its time, once", async () => {
  const { clock, lookedUp, room, open, ahead } = setUp();
  open();
  const { identity } = makeSigner();
  const timestamp = ahead(TOLERANCE + 10 * MINUTE);
  room.note(identity, timestamp, "one");
  room.note(identity, timestamp, "two");
  assert.equal(room.size(), 1);
  await clock.advance(10 * MINUTE - 1);
  assert.deepEqual(lookedUp, []);
  await clock.advance(MINUTE);
  assert.deepEqual(lookedUp, [identityText(identity)]);
  assert.equal(room.size(), 0);
  assert.equal(clock.pending(), 0);
});

Deno.test("what was noted before the room was opened is looked up as well", async () => {
  const { clock, lookedUp, room, open, ahead } = setUp();
  room.note(makeSigner().identity, ahead(TOLERANCE + MINUTE), "one");
  assert.equal(clock.pending(), 0);
  open();
  await clock.advance(2 * MINUTE);
  assert.equal(lookedUp.length, 1);
});

Deno.test("what is valid already, or further ahead than an hour, is not waited for", () => {
  const { room, ahead, notes } = setUp();
  const { identity } = makeSigner();
  room.note(identity, ahead(TOLERANCE), "one");
  room.note(identity, ahead(TOLERANCE + 60 * MINUTE + 1), "one");
  room.note(identity, "no time", "one");
  assert.equal(room.size(), 0);
  assert.deepEqual(notes, []);
});

Deno.test("one sender has 100 places, all of them have 1,000", () => {
  const { room, ahead } = setUp();
  const { identity } = makeSigner();
  for (let i = 0; i < 300; i++) room.note(identity, ahead(TOLERANCE + MINUTE + i), "greedy");
  assert.equal(room.size(), 100);
  for (let i = 0; i < 3_000; i++) {
    room.note(identity, ahead(TOLERANCE + 2 * MINUTE + i), `sender ${i}`);
  }
  assert.equal(room.size(), 1_000);
});

Deno.test("when all places are taken, senders with many make room for others", async () => {
  const { clock, lookedUp, room, open, ahead } = setUp();
  open();
  const flood = makeSigner().identity;
  for (let i = 0; i < 1_000; i++) {
    room.note(flood, ahead(TOLERANCE + 30 * MINUTE + i), `greedy ${i % 10}`);
  }
  const { identity } = makeSigner();
  room.note(identity, ahead(TOLERANCE + MINUTE), "honest");
  assert.equal(room.size(), 1_000);
  await clock.advance(2 * MINUTE);
  assert.deepEqual(lookedUp, [identityText(identity)]);
});

Deno.test("a flood of notes is no flood of look-ups: four at a time, failures included", async () => {
  const pending: (() => void)[] = [];
  const lookUp = () =>
    new Promise<void>((_, reject) => pending.push(() => reject(new Error("no"))));
  const { clock, lookedUp, room, open, ahead } = setUp({ lookUp });
  open();
  for (let i = 0; i < 10; i++) {
    room.note(makeSigner().identity, ahead(TOLERANCE + MINUTE), "one");
  }
  await clock.advance(2 * MINUTE);
  assert.equal(lookedUp.length, 4);
  pending[0]?.();
  await clock.advance(0);
  assert.equal(lookedUp.length, 5);
  for (let done = 1; done < 10; done++) {
    pending[done]?.();
    await clock.advance(0);
  }
  assert.equal(lookedUp.length, 10);
  assert.equal(room.size(), 0);
});

Deno.test("a record's bytes are enough; what nobody signed is ignored", async () => {
  const { room, ahead } = setUp();
  const timestamp = ahead(TOLERANCE + MINUTE);
  const signed = await signPointer(makeSigner(), { timestamp });
  const forged = new TextEncoder().encode(
    new TextDecoder().decode(signed).replace(timestamp, ahead(TOLERANCE + 2 * MINUTE)),
  );
  for (const bytes of [forged, new TextEncoder().encode("{}"), new Uint8Array(100_000)]) {
    await room.noteRecord(bytes, "one");
  }
  assert.equal(room.size(), 0);
  await room.noteRecord(signed, "one");
  assert.equal(room.size(), 1);
});

Deno.test("nothing is looked up after the end", async () => {
  const { clock, closing, lookedUp, room, open, ahead } = setUp();
  open();
  room.note(makeSigner().identity, ahead(TOLERANCE + MINUTE), "one");
  closing.abort();
  assert.equal(clock.pending(), 0);
  await clock.advance(10 * MINUTE);
  assert.deepEqual(lookedUp, []);
});
