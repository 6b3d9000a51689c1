import assert from "node:assert/strict";
import { NotFoundError, PointerRefusedError, UnavailableError } from "../../resolver/errors.ts";
import { GRACE_MILLISECONDS, WALK_MILLISECONDS } from "../../resolver/walk.ts";
import { WITHDRAWN_CID } from "../../schemas/pointer.ts";
import { createTestClock, settled } from "../support/clock.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { found, resolverOver, resolverWith } from "../support/resolvers.ts";
import { refusable, scriptedSource } from "../support/sources.ts";

const alice = makeSigner();
const older = await verifiedPointer(alice, { timestamp: "2026-01-01T00:00:00.000Z" });
const newer = await verifiedPointer(alice, { timestamp: "2026-02-01T00:00:00.000Z" });
const newest = await verifiedPointer(alice, { timestamp: "2026-03-01T00:00:00.000Z" });
const known = [older, newer, newest];
const down = new Error("down");

Deno.test("the newest of all sources answers", async () => {
  const { askFor } = resolverOver(known, [10, older], [20, newest], [30, newer]);
  const answer = found(await askFor(30, alice.identity));
  assert.equal(answer.pointer, newest);
  assert.equal(answer.freshness, "fresh");
});

Deno.test("a source that never answers costs the grace period, and the others' answer is there", async () => {
  const { askFor, ask, clock } = resolverOver(known, ["hang"], [40, newer]);
  assert.equal(await askFor(39 + GRACE_MILLISECONDS, alice.identity), undefined);
  const joined = ask(alice.identity);
  await clock.advance(1);
  assert.equal((await joined).pointer, newer);
});

Deno.test("the rest of the race ends in the background and updates what is answered", async () => {
  const { askFor, clock } = resolverOver(known, [10, older], [GRACE_MILLISECONDS + 100, newest]);
  const first = found(await askFor(10 + GRACE_MILLISECONDS, alice.identity));
  assert.equal(first.pointer, older);
  assert.deepEqual(first.sources.map(({ outcome }) => outcome), ["newest", "late"]);
  await clock.advance(100);
  const second = found(await askFor(0, alice.identity));
  assert.equal(second.pointer, newest);
  assert.deepEqual(second.sources.map(({ outcome }) => outcome), ["older", "newest"]);
});

Deno.test("laggards are corrected after the race, the giver and the failed are left alone", async () => {
  const { askFor, sources } = resolverOver(known, [10, older], [newest], [], [down]);
  await askFor(10, alice.identity);
  const offered = sources.map((source) => source.offered);
  assert.deepEqual(offered, [[newest], [], [newest], []]);
});

Deno.test("a laggard that turns out to hold a greater pointer raises the floor", async () => {
  const { askFor, sources } = resolverOver(known, [newer], [older]);
  const [, liar] = sources;
  assert.ok(liar);
  liar.offer = () => Promise.resolve(newest.bytes);
  assert.equal(found(await askFor(0, alice.identity)).pointer, newer);
  assert.equal(found(await askFor(0, alice.identity)).pointer, newest);
});

Deno.test("a laggard that cannot be corrected is only reported", async () => {
  const { askFor, sources, failedCorrections } = resolverOver(known, [newer], []);
  const [, stubborn] = sources;
  assert.ok(stubborn);
  stubborn.offer = () => Promise.reject(new Error("read-only"));
  assert.equal(found(await askFor(0, alice.identity)).pointer, newer);
  assert.deepEqual(failedCorrections, ["source 1"]);
});

Deno.test("a withdrawn pointer is an answer like any other", async () => {
  const withdrawn = await verifiedPointer(alice, {
    timestamp: "2026-04-01T00:00:00.000Z",
    cid: WITHDRAWN_CID,
  });
  const { askFor } = resolverOver([...known, withdrawn], [withdrawn], [newest]);
  assert.equal(found(await askFor(0, alice.identity)).pointer, withdrawn);
});

const outcomes: [string, Parameters<typeof resolverOver>[1][], (error: unknown) => boolean][] = [
  ["every source answers none", [[], [10]], isNotFound(false)],
  ["there are no sources", [], isNotFound(false)],
  ["some answer none and the others fail", [[], [down]], isNotFound(true)],
  ["some answer none and one sends forged records only", [
    [],
    [refusable("bad-signature")],
  ], isNotFound(true)],
  ["all sources fail", [[down], [10, down]], (error) => error instanceof UnavailableError],
  ["all sources hang", [["hang"], ["hang"]], (error) => error instanceof UnavailableError],
  [
    "all records are from the future",
    [[refusable("not-valid-yet")]],
    (error) => error instanceof UnavailableError,
  ],
  [
    "only a contract account's records are found",
    [[], [refusable("not-verifiable-here")]],
    (error) => error instanceof PointerRefusedError && error.reason === "not-verifiable-here",
  ],
];
for (const [situation, scripts, isExpected] of outcomes) {
  Deno.test(`the error tells that ${situation}`, async () => {
    for (const policy of ["cache-first", "network-only"] as const) {
      const { askFor, clock } = resolverOver(known, ...scripts);
      const outcome = await askFor(WALK_MILLISECONDS, alice.identity, policy);
      assert.ok(isExpected(outcome), String(outcome));
      assert.equal(clock.pending(), 0);
    }
  });
}

function isNotFound(incomplete: boolean) {
  return (error: unknown) => error instanceof NotFoundError && error.incomplete === incomplete;
}

Deno.test("an aborted request ends at once with the visitor's reason", async () => {
  const { resolver, clock } = resolverOver(known, ["hang"]);
  const visitor = new AbortController();
  const answer = resolver.resolve(alice.identity, {
    policy: "cache-first",
    signal: visitor.signal,
  });
  visitor.abort(new Error("the visitor left"));
  await assert.rejects(answer, /the visitor left/);
  await assert.rejects(
    resolver.resolve(alice.identity, { policy: "cache-first", signal: visitor.signal }),
    /the visitor left/,
  );
  await clock.advance(WALK_MILLISECONDS);
  assert.equal(clock.pending(), 0);
});

Deno.test("in a flood of names the oldest walks end early, and the newest are walked", async () => {
  const clock = createTestClock();
  const signers = Array.from({ length: 300 }, () => makeSigner());
  const { ask, askFor } = resolverWith(clock, [], [scriptedSource(clock, ["hang"])]);
  const flood = signers.map((signer) => ask(signer.identity).catch((error: Error) => error));
  await settled();
  for (const error of await Promise.all(flood.slice(0, 44))) {
    assert.ok(error instanceof UnavailableError);
  }
  let ended = 0;
  for (const walk of flood.slice(44)) void walk.then(() => ended++);
  await settled();
  assert.equal(ended, 0);
  await clock.advance(WALK_MILLISECONDS);
  await Promise.all(flood);
  assert.ok(await askFor(WALK_MILLISECONDS, alice.identity) instanceof UnavailableError);
});

Deno.test("closing ends what goes on in the background", async () => {
  const { askFor, closing, clock } = resolverOver(known, ["hang"], [newer]);
  assert.equal(found(await askFor(GRACE_MILLISECONDS, alice.identity)).pointer, newer);
  assert.notEqual(clock.pending(), 0);
  closing.abort();
  await settled();
  assert.equal(clock.pending(), 0);
});
