import assert from "node:assert/strict";
import type { SourceAnswer } from "../../resolver/ask_source.ts";
import { conclude } from "../../resolver/conclude.ts";
import {
  NotFoundError,
  OutboundError,
  PointerRefusedError,
  RefusedByOperatorError,
  UnavailableError,
} from "../../resolver/errors.ts";
import { createTestClock } from "../support/clock.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { scriptedSource } from "../support/sources.ts";

const alice = makeSigner();
const older = await verifiedPointer(alice, { timestamp: "2026-01-01T00:00:00.000Z" });
const newer = await verifiedPointer(alice, { timestamp: "2026-02-01T00:00:00.000Z" });
const startedAt = Date.parse("2026-06-01T12:00:00.000Z");

function answer(fields: Partial<SourceAnswer> = {}): SourceAnswer {
  return {
    source: scriptedSource(createTestClock(), [], "somewhere"),
    greatest: null,
    refusals: new Set(),
    peers: [],
    state: "finished",
    milliseconds: 12,
    ...fields,
  };
}
const none = answer();
const failed = answer({ state: "failed", error: new Error("down") });
const skipped = answer({ state: "skipped-failing" });
const declined = answer({ state: "declined" });
const late = answer({ state: "late", error: new Error("deadline") });
const forged = answer({ refusals: new Set(["bad-signature"]) });
const contract = answer({ refusals: new Set(["bad-signature", "not-verifiable-here"]) });

function outcome(answers: SourceAnswer[]) {
  return () => conclude({ identity: alice.identity, startedAt, greatest: null, answers });
}
const notFound = (incomplete: boolean) => (error: unknown) =>
  error instanceof NotFoundError && error.incomplete === incomplete;

Deno.test("nobody knows: not found, and that is complete", () => {
  assert.throws(outcome([none, none]), notFound(false));
  assert.throws(outcome([]), notFound(false));
});

Deno.test("some know nothing and the others failed: not found, incomplete", () => {
  for (const silent of [failed, late, forged, skipped]) {
    assert.throws(outcome([none, silent]), notFound(true));
  }
});

Deno.test("nobody could be asked: unavailable, with every cause", () => {
  assert.throws(outcome([failed, late, forged]), (error) => {
    assert.ok(error instanceof UnavailableError);
    assert.ok(error.cause instanceof AggregateError);
    assert.equal(error.cause.errors.length, 3);
    assert.notEqual(error.remedy, "");
    return true;
  });
});

Deno.test("a peer does not serve it, and nobody else has it: refused, whatever the others say", () => {
  for (const others of [[], [none], [failed], [late, none, forged]]) {
    assert.throws(outcome([...others, declined]), (error) => {
      assert.ok(error instanceof RefusedByOperatorError);
      assert.match(error.message, /A peer of this gateway does not serve 0x/);
      return true;
    });
  }
});

Deno.test("what one peer does not serve is shown when somebody gives it, not when all decline", () => {
  const resolved = (answers: SourceAnswer[]) =>
    conclude({ identity: alice.identity, startedAt, greatest: newer, answers });
  assert.equal(resolved([declined, answer({ greatest: newer })]).pointer, newer);
  assert.equal(resolved([declined, none]).freshness, "fresh");
  assert.throws(() => resolved([declined, declined]), RefusedByOperatorError);
});

Deno.test("only a contract account's records were found: not verifiable here", () => {
  for (const others of [[], [none], [failed, none]]) {
    assert.throws(
      outcome([contract, ...others]),
      (error) => error instanceof PointerRefusedError && error.reason === "not-verifiable-here",
    );
  }
});

Deno.test("a pointer was found: fresh, checked when the walk began", () => {
  const answers = [answer({ greatest: newer }), failed];
  const resolution = conclude({ identity: alice.identity, startedAt, greatest: newer, answers });
  assert.equal(resolution.pointer, newer);
  assert.equal(resolution.freshness, "fresh");
  assert.equal(resolution.checkedAt, startedAt);
});

Deno.test("a pointer that no source gave is fresh when one answered, stale when all failed", () => {
  const freshness = (answers: SourceAnswer[]) =>
    conclude({ identity: alice.identity, startedAt, greatest: newer, answers }).freshness;
  assert.equal(freshness([none, failed]), "fresh");
  assert.equal(freshness([answer({ greatest: older })]), "fresh");
  assert.equal(freshness([failed, forged, late]), "stale");
});

Deno.test("the report says what each source did, and names no internals", () => {
  const connection = new OutboundError("10.0.0.7:8000 refused", { reason: "connection" });
  const answers = [
    answer({ greatest: newer }),
    answer({ greatest: older, state: "late" }),
    none,
    answer({ state: "failed", error: connection }),
    failed,
    forged,
    late,
    answer({ state: "asked" }),
    skipped,
    answer({ state: "skipped-lying" }),
    declined,
  ];
  const { sources } = conclude({ identity: alice.identity, startedAt, greatest: newer, answers });
  assert.deepEqual(sources.map(({ outcome, timestamp, reason }) => [outcome, timestamp, reason]), [
    ["newest", newer.timestamp, "It gave a valid pointer."],
    ["older", older.timestamp, "It gave a valid pointer."],
    ["none", undefined, "It knows no pointer."],
    ["failed", undefined, "It could not be reached."],
    ["failed", undefined, "It could not be asked."],
    ["refused", undefined, "It sent a record with a wrong signature."],
    ["late", undefined, "It did not answer in time."],
    ["late", undefined, "It did not answer in time."],
    ["skipped", undefined, "It was not asked: it failed several times in a row."],
    ["skipped", undefined, "It was not asked: it sent records that nobody signed."],
    ["declined", undefined, "Its operator does not serve it."],
  ]);
  assert.ok(
    sources.every(({ source, milliseconds }) => source === "somewhere" && milliseconds === 12),
  );
});
