import assert from "node:assert/strict";
import {
  cached,
  CONCURRENT_MILLISECONDS,
  FAILURE_MILLISECONDS,
  FRESH_MILLISECONDS,
  UNKNOWN_MILLISECONDS,
} from "../../resolver/cache.ts";
import { NotFoundError, RefusedByOperatorError, UnavailableError } from "../../resolver/errors.ts";
import type { NetworkResolver } from "../../resolver/resolution.ts";
import { checksumAddress } from "../../schemas/identity.ts";
import { GRACE_MILLISECONDS, WALK_MILLISECONDS } from "../../resolver/walk.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { found, resolverOver } from "../support/resolvers.ts";
import { refusable } from "../support/sources.ts";

const alice = makeSigner();
const older = await verifiedPointer(alice, { timestamp: "2026-01-01T00:00:00.000Z" });
const newer = await verifiedPointer(alice, { timestamp: "2026-02-01T00:00:00.000Z" });
const newest = await verifiedPointer(alice, { timestamp: "2026-03-01T00:00:00.000Z" });
const known = [older, newer, newest];
const down = new Error("down");

Deno.test("a fresh answer asks nobody", async () => {
  const { askFor, asked } = resolverOver(known, [newer]);
  for (const wait of [0, FRESH_MILLISECONDS - 1, 0]) {
    assert.equal(found(await askFor(wait, alice.identity)).pointer, newer);
  }
  assert.deepEqual(asked(), [1]);
});

Deno.test("an answer that is not fresh is given at once, and refreshed in the background", async () => {
  const { askFor, answer, asked, clock } = resolverOver(known, [newer]);
  const { checkedAt } = found(await askFor(0, alice.identity));
  assert.equal(checkedAt, clock.now());
  answer([30, newest]);
  await clock.advance(FRESH_MILLISECONDS);
  assert.equal(found(await askFor(0, alice.identity)).pointer, newer);
  await askFor(29, alice.identity);
  assert.deepEqual(asked(), [2]);
  await clock.advance(1);
  const refreshed = found(await askFor(0, alice.identity));
  assert.equal(refreshed.pointer, newest);
  assert.equal(refreshed.checkedAt, checkedAt + FRESH_MILLISECONDS);
});

Deno.test("concurrent requests share one walk, whatever their policy", async () => {
  const { ask, asked, clock } = resolverOver(known, [50, newer], [60, newest]);
  const requests = [
    ...Array.from({ length: 50 }, () => ask(alice.identity)),
    ...Array.from({ length: 50 }, () => ask(alice.identity, "network-only")),
  ];
  await clock.advance(60);
  const answers = await Promise.all(requests);
  assert.ok(answers.every(({ pointer }) => pointer === newest));
  assert.deepEqual(asked(), [1, 1]);
});

Deno.test("a visitor who leaves does not end the walk for the others", async () => {
  const { resolver, ask, asked, clock } = resolverOver(known, [50, newer]);
  const visitor = new AbortController();
  const left = resolver.resolve(alice.identity, { policy: "cache-first", signal: visitor.signal });
  const stays = ask(alice.identity);
  visitor.abort(new Error("the visitor left"));
  await assert.rejects(left, /the visitor left/);
  await clock.advance(50);
  assert.equal((await stays).pointer, newer);
  assert.deepEqual(asked(), [1]);
});

Deno.test("a walk that everybody left ends in the background, and its answer is kept", async () => {
  const { resolver, askFor, asked, clock } = resolverOver(known, [50, newer]);
  const visitor = new AbortController();
  const left = resolver.resolve(alice.identity, { policy: "cache-first", signal: visitor.signal });
  visitor.abort(new Error("the visitor left"));
  await assert.rejects(left, /the visitor left/);
  await clock.advance(50);
  assert.equal(found(await askFor(0, alice.identity, "cache-only")).pointer, newer);
  assert.deepEqual(asked(), [1]);
});

Deno.test("cache-only asks nobody and gives what is held, however old", async () => {
  const { askFor, asked, clock } = resolverOver(known, [newer]);
  const nothing = await askFor(0, alice.identity, "cache-only");
  assert.ok(nothing instanceof NotFoundError && nothing.incomplete);
  assert.deepEqual(asked(), [0]);
  await askFor(0, alice.identity);
  await clock.advance(86_400_000);
  assert.equal(found(await askFor(0, alice.identity, "cache-only")).pointer, newer);
  assert.deepEqual(asked(), [1]);
});

Deno.test("network-only waits for every source, though an answer is held", async () => {
  const { askFor, ask, answer, clock, asked } = resolverOver(known, [newer], []);
  await askFor(0, alice.identity);
  answer([newer], [GRACE_MILLISECONDS + 500, newest]);
  await clock.advance(CONCURRENT_MILLISECONDS + 1);
  const waiting = ask(alice.identity, "network-only");
  await clock.advance(GRACE_MILLISECONDS + 500);
  assert.equal((await waiting).pointer, newest);
  assert.deepEqual(asked(), [2, 2]);
});

Deno.test("network-only does not join a walk that began long before it", async () => {
  const { askFor, ask, answer, asked, clock } = resolverOver(known, [newer], ["hang"]);
  await askFor(GRACE_MILLISECONDS + 1, alice.identity);
  answer([newest], []);
  const asking = ask(alice.identity, "network-only");
  await clock.advance(0);
  assert.equal((await asking).pointer, newest);
  assert.deepEqual(asked(), [2, 2]);
});

Deno.test("what is held is the floor of whatever the sources say later", async () => {
  const { askFor, answer, clock, sources } = resolverOver(known, [newest], [newest]);
  await askFor(0, alice.identity);
  answer([older], []);
  await clock.advance(FRESH_MILLISECONDS);
  for (const policy of ["cache-first", "network-only", "cache-only", "cache-first"] as const) {
    const resolution = found(await askFor(0, alice.identity, policy));
    assert.equal(resolution.pointer, newest);
    assert.equal(resolution.freshness, "fresh");
  }
  const { sources: reports } = found(await askFor(0, alice.identity));
  assert.deepEqual(reports.map(({ outcome }) => outcome), ["older", "none"]);
  assert.deepEqual(sources.map(({ offered }) => offered), [[newest], [newest]]);
});

Deno.test("when every source fails, the copy that is held answers and is marked stale", async () => {
  const { askFor, answer, clock, asked } = resolverOver(known, [newer], [newer]);
  const { checkedAt } = found(await askFor(0, alice.identity));
  answer([down], [refusable("bad-signature")]);
  await clock.advance(FRESH_MILLISECONDS);
  assert.equal(found(await askFor(0, alice.identity)).freshness, "fresh");
  for (const policy of ["cache-first", "cache-only", "network-only"] as const) {
    const stale = found(await askFor(0, alice.identity, policy));
    assert.equal(stale.pointer, newer);
    assert.equal(stale.freshness, "stale");
    assert.equal(stale.checkedAt, checkedAt);
  }
  const before = asked();
  answer([newest], [down]);
  await askFor(FAILURE_MILLISECONDS, alice.identity);
  assert.deepEqual(asked(), before);
  await askFor(0, alice.identity);
  const recovered = found(await askFor(0, alice.identity));
  assert.equal(recovered.pointer, newest);
  assert.equal(recovered.freshness, "fresh");
});

Deno.test("of two signatures under one text, the one that is held stays", async () => {
  const twin = { ...newer, bytes: new TextEncoder().encode("the same, signed again") };
  const { askFor, answer, resolver, clock } = resolverOver([...known, twin], [newer]);
  await askFor(0, alice.identity);
  resolver.accept(twin);
  answer([twin]);
  await clock.advance(FRESH_MILLISECONDS);
  await askFor(0, alice.identity);
  assert.equal(found(await askFor(0, alice.identity, "network-only")).pointer, newer);
});

Deno.test("an accepted pointer is answered at once, and never undercut", async () => {
  const { askFor, resolver, clock } = resolverOver(known, [newer]);
  resolver.accept(older);
  const unchecked = found(await askFor(0, alice.identity));
  assert.equal(unchecked.pointer, older);
  assert.equal(unchecked.checkedAt, 0);
  assert.equal(found(await askFor(0, alice.identity)).pointer, newer);
  resolver.accept(newest);
  resolver.accept(older);
  const raised = found(await askFor(0, alice.identity));
  assert.equal(raised.pointer, newest);
  assert.deepEqual(raised.sources.map(({ outcome }) => outcome), ["older"]);
  await clock.advance(FRESH_MILLISECONDS);
  assert.equal(found(await askFor(0, alice.identity, "network-only")).pointer, newest);
});

Deno.test("a pointer that is accepted during a walk is its floor, and laggards get it", async () => {
  const { ask, resolver, sources, clock } = resolverOver(known, [100, older], [newer]);
  const asking = ask(alice.identity, "network-only");
  await clock.advance(50);
  resolver.accept(newest);
  await clock.advance(50);
  assert.equal((await asking).pointer, newest);
  assert.deepEqual(sources.map(({ offered }) => offered), [[newest], [newest]]);
});

Deno.test("unknown is remembered for ten seconds, and forgotten when a pointer arrives", async () => {
  const { askFor, asked, resolver, clock } = resolverOver(known, []);
  for (const wait of [0, UNKNOWN_MILLISECONDS - 1]) {
    const outcome = await askFor(wait, alice.identity);
    assert.ok(outcome instanceof NotFoundError && !outcome.incomplete);
  }
  assert.deepEqual(asked(), [1]);
  await clock.advance(1);
  await askFor(0, alice.identity);
  assert.deepEqual(asked(), [2]);
  resolver.accept(newer);
  assert.equal(found(await askFor(0, alice.identity)).pointer, newer);
});

Deno.test("unknown is remembered for so many identities only, those that were asked for last", async () => {
  const { ask, asked } = resolverOver(known, []);
  const unknown = async (number: number) => {
    const address = checksumAddress(`0x${number.toString(16).padStart(40, "0")}`);
    await assert.rejects(ask({ kind: "wallet", address }), NotFoundError);
  };
  for (let number = 0; number < 1_001; number++) await unknown(number);
  await unknown(1_000);
  assert.deepEqual(asked(), [1_001]);
  await unknown(0);
  assert.deepEqual(asked(), [1_002]);
});

Deno.test("an incomplete answer and a failure are remembered for one second", async () => {
  for (const scripts of [[[], [down]], [[down], [down]]]) {
    const { askFor, asked, answer, clock } = resolverOver(known, ...scripts);
    const first = await askFor(0, alice.identity);
    assert.ok(first instanceof NotFoundError || first instanceof UnavailableError);
    answer([newer], [newer]);
    assert.equal(await askFor(FAILURE_MILLISECONDS - 1, alice.identity), first);
    assert.deepEqual(asked(), [1, 1]);
    await clock.advance(1);
    assert.equal(found(await askFor(0, alice.identity)).pointer, newer);
  }
});

Deno.test("network-only asks although unknown is remembered", async () => {
  const { askFor, answer } = resolverOver(known, []);
  await askFor(CONCURRENT_MILLISECONDS + 1, alice.identity);
  answer([newer]);
  assert.equal(found(await askFor(0, alice.identity, "network-only")).pointer, newer);
  assert.equal(found(await askFor(0, alice.identity)).pointer, newer);
});

Deno.test("a wallet and a contract account of one address are remembered apart", async () => {
  const { askFor, resolver } = resolverOver(known, []);
  resolver.accept(newer);
  const contract = { kind: "contract", chainId: 1, address: alice.identity.address } as const;
  assert.ok(await askFor(0, contract) instanceof NotFoundError);
});

Deno.test("one slow source does not start walk after walk", async () => {
  const { askFor, asked, clock } = resolverOver(known, [newer], ["hang"]);
  for (let second = 0; second < 16; second++) await askFor(1_000, alice.identity);
  assert.equal(WALK_MILLISECONDS, 8_000);
  assert.deepEqual(asked(), [2, 2]);
  await clock.advance(WALK_MILLISECONDS);
  assert.equal(clock.pending(), 0);
});

Deno.test("the floor holds over any inner resolver, one that forgets included", async () => {
  const answers = [newer, newest, older];
  const forgetful: NetworkResolver = {
    resolve() {
      const pointer = answers.shift() ?? older;
      const answer = { pointer, freshness: "fresh", checkedAt: 0, sources: [] } as const;
      return Promise.resolve({ ...answer, rest: Promise.resolve(answer) });
    },
    accept() {},
    askEverybody() {},
  };
  let now = 0;
  const { signal } = new AbortController();
  const resolver = cached(forgetful, { clock: () => now, signal });
  const seen = [];
  for (; now < 4_000; now += 1_000) {
    seen.push((await resolver.resolve(alice.identity, { policy: "network-only", signal })).pointer);
  }
  assert.deepEqual(seen, [newer, newest, newest, newest]);
});

Deno.test("what all peers refuse is refused although it was answered before, and answered when they serve it again", async () => {
  const { askFor, answer, asked, clock } = resolverOver(known, [newer]);
  found(await askFor(0, alice.identity));
  answer([new RefusedByOperatorError("The operator does not serve it.")]);
  await clock.advance(FRESH_MILLISECONDS);
  await askFor(1, alice.identity);
  for (let visit = 0; visit < 3; visit++) {
    assert.ok(await askFor(1, alice.identity) instanceof RefusedByOperatorError);
  }
  assert.deepEqual(asked(), [2]);
  answer([newest]);
  assert.equal(
    found(
      await askFor(UNKNOWN_MILLISECONDS, alice.identity).then(() =>
        askFor(GRACE_MILLISECONDS, alice.identity)
      ),
    ).pointer,
    newest,
  );
});
