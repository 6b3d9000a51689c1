import assert from "node:assert/strict";
import type { Place } from "../../../../gateway/commands/publish/places/place.ts";
import type { PlaceReport } from "../../../../gateway/commands/publish/survey.ts";
import { datePointer } from "../../../../gateway/commands/publish/timestamp.ts";
import { PointerRefusedError } from "../../../../resolver/errors.ts";
import { makeSigner, verifiedPointer } from "../../../support/pointers.ts";

const NOW = Date.parse("2026-11-20T12:00:00.000Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;

function place(own: boolean): Place {
  const unused = () => Promise.reject(new Error("Nobody is asked here"));
  const name = own ? "your node" : "https://peer.example";
  const asked = { ask: unused, offer: unused, load: unused, holds: unused, shows: unused };
  return { name, own, url: null, ...asked };
}

function report(fields: Partial<PlaceReport> = {}): PlaceReport {
  return { place: place(false), pointer: null, clockDifference: null, failure: null, ...fields };
}

async function heldAt(milliseconds: number) {
  const timestamp = new Date(milliseconds).toISOString();
  return await verifiedPointer(makeSigner(), { timestamp });
}

Deno.test("a pointer is dated now, or a millisecond after the one that is held", async () => {
  assert.deepEqual(datePointer(NOW, { held: null, reports: [report()] }), {
    timestamp: "2026-11-20T12:00:00.000Z",
    notes: [],
  });
  const older = await heldAt(NOW - 1);
  assert.equal(
    datePointer(NOW, { held: older, reports: [] }).timestamp,
    "2026-11-20T12:00:00.000Z",
  );
  const same = await heldAt(NOW);
  assert.equal(datePointer(NOW, { held: same, reports: [] }).timestamp, "2026-11-20T12:00:00.001Z");
});

Deno.test("a held pointer that is ahead of this clock is followed, and told about", async () => {
  const held = await heldAt(NOW + 4 * MINUTE);
  const { timestamp, notes } = datePointer(NOW, { held, reports: [] });
  assert.equal(timestamp, "2026-11-20T12:04:00.001Z");
  assert.match(notes.join(), /4 minutes ahead of this machine's clock/);
});

Deno.test("a clock that differs from another place's is told about, with the direction", () => {
  const notes = (difference: number) =>
    datePointer(NOW, { held: null, reports: [report({ clockDifference: difference })] }).notes;
  assert.deepEqual(notes(20 * SECOND), []);
  assert.match(notes(45 * SECOND).join(), /45 s behind the one of https:\/\/peer\.example/);
  assert.match(notes(-3 * MINUTE).join(), /3 minutes ahead of/);
  assert.match(notes(3 * 24 * 60 * MINUTE).join(), /3 days behind/);
});

Deno.test("a clock that is ahead of everybody's by more than the tolerance stops the publication", () => {
  const ahead = report({ clockDifference: -6 * MINUTE });
  assert.throws(() => datePointer(NOW, { held: null, reports: [ahead] }), {
    message: /6 minutes ahead of everybody else's/,
  });
  const agreeing = report({ place: place(true), clockDifference: 0 });
  const { notes } = datePointer(NOW, { held: null, reports: [ahead, agreeing] });
  assert.match(notes.join(), /one of the two is wrong/);
});

Deno.test("the own node's pointer from the future stops the publication, a peer's word does not", () => {
  const failure = new PointerRefusedError("Its time has not come.", { reason: "not-valid-yet" });
  assert.throws(
    () => datePointer(NOW, { held: null, reports: [report({ place: place(true), failure })] }),
    { message: /^Your node holds a pointer of this account from the future/ },
  );
  assert.doesNotThrow(() => datePointer(NOW, { held: null, reports: [report({ failure })] }));
});
