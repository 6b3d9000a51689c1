import assert from "node:assert/strict";
import { conclude } from "../../resolver/conclude.ts";
import type { PeerAnswer, PointerSource } from "../../resolver/contracts.ts";
import { createStandings } from "../../resolver/standing.ts";
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

/** A walk over peers, the first in bad standing, and other places, and what comes of it. */
function walkAmong(
  { conduct, others = [] }: { conduct: "failed" | "lied"; others?: readonly (readonly Step[])[] },
  ...scripts: readonly (readonly Step[])[]
) {
  const clock = createTestClock();
  const standings = createStandings({ clock: clock.now });
  for (let i = 0; i < 5; i++) standings.note("peer 0", conduct);
  const sources = scripts.map((script, i) => ({
    ...scriptedSource(clock, script, `peer ${i}`),
    asks: "peer" as const,
  }));
  const always = others.map((script, i) => scriptedSource(clock, script, `other ${i}`));
  const walk = startWalk(alice.identity, {
    sources: [...sources, ...always],
    verifier: knowing(old, middle, young),
    standings,
    clock: clock.now,
    alarm: clock.alarm,
    signal: new AbortController().signal,
  });
  const states = async () => {
    await clock.advance(0);
    return (await walk.end).answers.map(({ state }) => state);
  };
  return { walk, clock, standings, states };
}

Deno.test("a peer in bad standing is left out, and told apart from one that knows nothing", async () => {
  assert.deepEqual(await walkAmong({ conduct: "failed" }, [young], []).states(), [
    "skipped-failing",
    "finished",
  ]);
  assert.deepEqual(await walkAmong({ conduct: "lied" }, [young], []).states(), [
    "skipped-lying",
    "finished",
  ]);
});

Deno.test("a peer in bad standing is asked when there is no other, or everybody is to be asked", async () => {
  assert.deepEqual(await walkAmong({ conduct: "lied" }, [young]).states(), ["finished"]);
  const { walk, states } = walkAmong({ conduct: "lied" }, [young], []);
  walk.askEverybody();
  assert.deepEqual(await states(), ["finished", "finished"]);
  assert.equal((await walk.end).greatest, young);
});

Deno.test("the only peer is left out for lies when there is another place, and not for failures", async () => {
  const others = [[]];
  assert.deepEqual(await walkAmong({ conduct: "lied", others }, [young]).states(), [
    "skipped-lying",
    "finished",
  ]);
  assert.deepEqual(await walkAmong({ conduct: "failed", others }, [young]).states(), [
    "finished",
    "finished",
  ]);
});

Deno.test("at its end a walk notes who answered, failed or lied; time and contracts are no lies", async () => {
  const { states, standings, clock } = walkAmong(
    { conduct: "failed" },
    [],
    [refusable("bad-signature"), young],
    [refusable("not-valid-yet")],
    [refusable("not-verifiable-here")],
    [],
  );
  await states();
  assert.equal(standings.avoided("peer 1"), "lied");
  for (const peer of ["peer 2", "peer 3"]) {
    assert.equal(standings.avoided(peer), null);
    assert.equal(standings.answeredAt(peer), 0);
  }
  assert.equal(standings.answeredAt("peer 4"), clock.now());
});

Deno.test("strangers are judged one by one, and without any there is no answer to count", async () => {
  const clock = createTestClock();
  const standings = createStandings({ clock: clock.now });
  const answers: PeerAnswer[] = [];
  const strangers: PointerSource = {
    id: "strangers",
    asks: "peers",
    async *find(_identity, { onAnswer }) {
      for (const answer of answers) {
        onAnswer?.(answer);
        if (answer.bytes !== undefined) yield answer.bytes;
      }
    },
  };
  const walk = async () =>
    await startWalk(alice.identity, {
      sources: [strangers],
      verifier: knowing(old, middle, young),
      standings,
      clock: clock.now,
      alarm: clock.alarm,
      signal: new AbortController().signal,
    }).end;
  assert.deepEqual((await walk()).answers, []);
  const milliseconds = 7;
  answers.push(
    { peer: "liar", outcome: "pointer", bytes: refusable("bad-signature"), milliseconds },
    { peer: "early", outcome: "pointer", bytes: refusable("not-valid-yet"), milliseconds },
    { peer: "older", outcome: "pointer", bytes: old.bytes, milliseconds },
    { peer: "newest", outcome: "pointer", bytes: young.bytes, milliseconds },
    { peer: "none", outcome: "none", milliseconds },
    { peer: "down", outcome: "failed", milliseconds },
  );
  const state = await walk();
  assert.deepEqual(
    conclude(state).sources[0]?.peers?.map(({ peer, outcome, timestamp }) => [
      peer,
      outcome,
      timestamp,
    ]).sort(),
    [
      ["down", "failed", undefined],
      ["early", "refused", undefined],
      ["liar", "refused", undefined],
      ["newest", "newest", young.timestamp],
      ["none", "none", undefined],
      ["older", "older", old.timestamp],
    ],
  );
  assert.deepEqual(
    ["liar", "early", "older", "newest", "none", "down"].map((peer) => standings.avoided(peer)),
    ["lied", null, null, null, null, null],
  );
});

Deno.test("of a flood of answers 64 are told apart", async () => {
  const clock = createTestClock();
  const flood: PointerSource = {
    id: "flood",
    async *find(_identity, { onAnswer }) {
      for (let i = 0; i < 10_000; i++) {
        onAnswer?.({ peer: `peer ${i}`, outcome: "none", milliseconds: 1 });
      }
      yield young.bytes;
    },
  };
  const { end } = startWalk(alice.identity, {
    sources: [flood],
    verifier: knowing(young),
    clock: clock.now,
    alarm: clock.alarm,
    signal: new AbortController().signal,
  });
  assert.equal((await end).answers[0]?.peers.length, 64);
});
