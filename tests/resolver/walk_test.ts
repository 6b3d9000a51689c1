import assert from "node:assert/strict";
import type { PointerSource } from "../../resolver/contracts.ts";
import { GRACE_MILLISECONDS, startWalk, WALK_MILLISECONDS } from "../../resolver/walk.ts";
import { createTestClock, peek } from "../support/clock.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { knowing, refusable, scriptedSource, type Step } from "../support/sources.ts";

const alice = makeSigner();
const old = await verifiedPointer(alice, { timestamp: "2026-01-01T00:00:00.000Z" });
const middle = await verifiedPointer(alice, { timestamp: "2026-02-01T00:00:00.000Z" });
const young = await verifiedPointer(alice, { timestamp: "2026-03-01T00:00:00.000Z" });

function walkOver(...scripts: readonly (readonly Step[])[]) {
  const clock = createTestClock();
  const closing = new AbortController();
  const sources = scripts.map((script, i) => scriptedSource(clock, script, `source ${i}`));
  const walk = startWalk(alice.identity, {
    sources,
    verifier: knowing(old, middle, young),
    clock: clock.now,
    alarm: clock.alarm,
    signal: closing.signal,
  });
  return { walk, clock, closing, sources, answer: peek(walk.answer), end: peek(walk.end) };
}

Deno.test("all sources are asked at the same time", async () => {
  const { clock, sources } = walkOver(["hang"], [50, old], []);
  await clock.advance(0);
  assert.deepEqual(sources.map(({ asked }) => asked), [1, 1, 1]);
});

Deno.test("the newest answers when the grace period after the first pointer has passed", async () => {
  const { clock, answer, end } = walkOver([100, old], [200, middle], [
    100 + GRACE_MILLISECONDS + 1,
    young,
  ]);
  await clock.advance(100 + GRACE_MILLISECONDS - 1);
  assert.equal(answer(), undefined);
  await clock.advance(1);
  assert.equal(answer()?.greatest, middle);
  assert.equal(end(), undefined);
  await clock.advance(1);
  assert.equal(end()?.greatest, young);
});

Deno.test("the answer waits for nobody when all sources have ended", async () => {
  const { clock, answer, end } = walkOver([100, old], [30, young], [10]);
  await clock.advance(100);
  assert.equal(answer()?.greatest, young);
  assert.equal(end()?.greatest, young);
  assert.equal(clock.pending(), 0);
});

Deno.test("a source that never answers delays nothing but the end, and ends at the deadline", async () => {
  const { clock, answer, end } = walkOver(["hang"], [20, young]);
  await clock.advance(20 + GRACE_MILLISECONDS);
  assert.deepEqual(answer()?.answers.map(({ state }) => state), ["asked", "finished"]);
  await clock.advance(WALK_MILLISECONDS - 20 - GRACE_MILLISECONDS - 1);
  assert.equal(end(), undefined);
  await clock.advance(1);
  assert.deepEqual(end()?.answers.map(({ state }) => state), ["late", "finished"]);
  assert.equal(clock.pending(), 0);
});

Deno.test("without any pointer the answer is the end", async () => {
  const { clock, answer } = walkOver([10], [40, new Error("down")], [
    refusable("bad-signature"),
  ]);
  await clock.advance(39);
  assert.equal(answer(), undefined);
  await clock.advance(1);
  assert.equal(answer()?.greatest, null);
  assert.deepEqual(answer()?.answers.map(({ milliseconds }) => milliseconds), [10, 40, 0]);
});

Deno.test("garbage does not start the grace period", async () => {
  const { clock, answer } = walkOver([refusable("malformed"), "hang"], [2_000, old]);
  await clock.advance(1_999 + GRACE_MILLISECONDS);
  assert.equal(answer(), undefined);
  await clock.advance(1);
  assert.equal(answer()?.greatest, old);
});

Deno.test("no sources, no wait", async () => {
  const { clock, end } = walkOver();
  await clock.advance(0);
  assert.equal(end()?.greatest, null);
  assert.equal(clock.pending(), 0);
});

Deno.test("a pointer that joins is among those that are compared, and starts no grace period", async () => {
  const { walk, clock, answer } = walkOver([1_000, middle], ["hang"]);
  walk.join(young);
  walk.join(old);
  await clock.advance(999 + GRACE_MILLISECONDS);
  assert.equal(answer(), undefined);
  await clock.advance(1);
  assert.equal(answer()?.greatest, young);
});

Deno.test("closing ends the walk with what it has", async () => {
  const { clock, closing, end } = walkOver([10, young], ["hang"]);
  await clock.advance(20);
  closing.abort();
  await clock.advance(0);
  assert.equal(end()?.greatest, young);
  assert.equal(clock.pending(), 0);
});

Deno.test("sources are told to stop at the end", async () => {
  let told: AbortSignal | undefined;
  const clock = createTestClock();
  const source: PointerSource = {
    id: "attentive",
    async *find(_identity, { signal }) {
      told = signal;
      yield old.bytes;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
  };
  const walk = startWalk(alice.identity, {
    sources: [source],
    verifier: knowing(),
    clock: clock.now,
    alarm: clock.alarm,
    signal: new AbortController().signal,
  });
  await clock.advance(WALK_MILLISECONDS);
  await walk.end;
  assert.equal(told?.aborted, true);
});
