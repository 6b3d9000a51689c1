import assert from "node:assert/strict";
import type { SourceAnswer } from "../../resolver/ask_source.ts";
import type { PointerSource } from "../../resolver/contracts.ts";
import { createCorrections } from "../../resolver/corrections.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import { createTestClock } from "../support/clock.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { knowing, readOnly, refusable, scriptedSource } from "../support/sources.ts";

const alice = makeSigner();
const older = await verifiedPointer(alice, { timestamp: "2026-01-01T00:00:00.000Z" });
const newer = await verifiedPointer(alice, { timestamp: "2026-02-01T00:00:00.000Z" });
const newest = await verifiedPointer(alice, { timestamp: "2026-03-01T00:00:00.000Z" });

function setUp() {
  const clock = createTestClock();
  const failures: [string, string][] = [];
  const greater: VerifiedPointer[] = [];
  const correct = createCorrections({
    verifier: knowing(older, newer, newest),
    clock: clock.now,
    alarm: clock.alarm,
    signal: new AbortController().signal,
    onGreater: (pointer) => greater.push(pointer),
    onFailure: (source, error) => failures.push([source, String(error)]),
  });
  const ended = (greatest: VerifiedPointer | null, ...answers: SourceAnswer[]) =>
    correct({ identity: alice.identity, startedAt: clock.now(), greatest, answers });
  return { clock, failures, greater, ended };
}

function said(source: PointerSource, fields: Partial<SourceAnswer> = {}): SourceAnswer {
  return {
    source,
    greatest: null,
    refusals: new Set(),
    peers: [],
    state: "finished",
    milliseconds: 1,
    ...fields,
  };
}

Deno.test("sources that gave a lesser pointer or none are sent the greatest, the others are not", async () => {
  const { clock, ended } = setUp();
  const source = (id: string) => scriptedSource(clock, [], id);
  const [lesser, none, giver, forger, dead, silent] = [
    source("lesser"),
    source("none"),
    source("giver"),
    source("forger"),
    source("dead"),
    source("silent"),
  ];
  ended(
    newer,
    said(lesser, { greatest: older }),
    said(none),
    said(giver, { greatest: newer }),
    said(forger, { refusals: new Set(["bad-signature"]) }),
    said(dead, { state: "failed" }),
    said(silent, { state: "late" }),
    said(readOnly(source("read-only"))),
  );
  await clock.advance(0);
  for (const laggard of [lesser, none]) assert.deepEqual(laggard.offered, [newer]);
  for (const other of [giver, forger, dead, silent]) assert.deepEqual(other.offered, []);
  assert.equal(clock.pending(), 0);
});

Deno.test("without a pointer nobody is sent anything", async () => {
  const { clock, ended } = setUp();
  const source = scriptedSource(clock, []);
  ended(null, said(source));
  await clock.advance(0);
  assert.deepEqual(source.offered, []);
});

Deno.test("another signature under the same text is no reason to correct anyone", async () => {
  const { clock, ended } = setUp();
  const source = scriptedSource(clock, []);
  const sameText = { ...newer, signature: "0x00" as const };
  ended(newer, said(source, { greatest: sameText }));
  await clock.advance(0);
  assert.deepEqual(source.offered, []);
});

Deno.test("the same pointer is not sent again within a minute, a greater one is", async () => {
  const { clock, ended } = setUp();
  const source = scriptedSource(clock, []);
  ended(newer, said(source));
  ended(newer, said(source));
  await clock.advance(0);
  assert.deepEqual(source.offered, [newer]);
  ended(newest, said(source));
  await clock.advance(60_000);
  ended(newest, said(source));
  await clock.advance(0);
  assert.deepEqual(source.offered, [newer, newest, newest]);
});

Deno.test("a source that throws, rejects or hangs is reported and holds up no other", async () => {
  const { clock, failures, ended } = setUp();
  const healthy = scriptedSource(clock, [], "healthy");
  const faulty = (id: string, offer: NonNullable<PointerSource["offer"]>) =>
    said({ ...scriptedSource(clock, []), id, offer });
  ended(
    newer,
    faulty("throws", () => {
      throw new Error("at once");
    }),
    faulty("rejects", () => Promise.reject(new Error("soon"))),
    faulty("hangs", () => new Promise(() => {})),
    said(healthy),
  );
  await clock.advance(0);
  assert.deepEqual(healthy.offered, [newer]);
  assert.deepEqual(failures.map(([source]) => source).sort(), ["rejects", "throws"]);
  await clock.advance(5_000);
  assert.equal(failures.at(-1)?.[0], "hangs");
  assert.match(failures.at(-1)?.[1] ?? "", /TimeoutError/);
  assert.equal(clock.pending(), 0);
});

Deno.test("a greater pointer that is held there instead is verified and passed on", async () => {
  const { clock, greater, failures, ended } = setUp();
  const answering = (id: string, bytes: Uint8Array) =>
    said({ ...scriptedSource(clock, []), id, offer: () => Promise.resolve(bytes) });
  ended(
    newer,
    answering("greater", newest.bytes),
    answering("lesser", older.bytes),
    answering("forger", refusable("bad-signature")),
  );
  await clock.advance(0);
  assert.deepEqual(greater, [newest]);
  assert.deepEqual(failures.map(([source]) => source), ["forger"]);
});

Deno.test("corrections are bounded: what is over the limit waits for its next walk", async () => {
  const { clock, ended } = setUp();
  let offers = 0;
  for (let i = 0; i < 300; i++) {
    const hanging = scriptedSource(clock, [], `source ${i}`);
    hanging.offer = () => {
      offers++;
      return new Promise(() => {});
    };
    ended(newer, said(hanging));
  }
  await clock.advance(0);
  assert.equal(offers, 256);
  await clock.advance(5_000);
  const skipped = scriptedSource(clock, [], "source 299");
  ended(newer, said(skipped));
  await clock.advance(0);
  assert.deepEqual(skipped.offered, [newer]);
});
