import assert from "node:assert/strict";
import type { Node } from "../../../resolver/node/node.ts";
import { provideLimits, startProviding } from "../../../resolver/rendezvous/provide.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import type { VerifiedPointer } from "../../../schemas/pointer.ts";
import { rendezvousCid } from "../../../schemas/rendezvous.ts";
import { createTestClock } from "../../support/clock.ts";
import { type ProvidingKubo, providingKubo } from "../../support/kubo_provider_service.ts";
import { temporaryNode } from "../../support/nodes.ts";
import { partContext } from "../../support/parts.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";

const ORIGIN = new URL("https://gw.example");
const ANNOUNCED = ["/dns4/gw.example/tcp/443/tls/http/p2p/12D3KooW"];
const OPERATOR = { kind: "operator" } as const;

const DAY = 24 * 60 * 60 * 1_000;

/** Providing under way, with a clock that the test turns; it may be ahead. */
function providing(node: Node, kubo: ProvidingKubo, daysAhead = 0) {
  const clock = createTestClock(Date.parse("2026-06-01T00:00:00.000Z") + daysAhead * DAY);
  const stopping = new AbortController();
  const reports: unknown[] = [];
  const rests = Promise.withResolvers<void>();
  let resting = rests;
  const done = startProviding({
    node,
    publicOrigin: ORIGIN,
    kubo: kubo.url,
    outbound: partContext().outbound,
    clock: clock.now,
    alarm(milliseconds, run) {
      if (milliseconds === provideLimits.roundMilliseconds) {
        // A round has ended: this is the alarm for the next.
        resting.resolve();
        resting = Promise.withResolvers();
      }
      return clock.alarm(milliseconds, run);
    },
    signal: stopping.signal,
    report: (problem) => void reports.push(problem),
  });
  return {
    reports,
    /** Resolves when the first round has ended. */
    firstRound: rests.promise,
    /** Lets so much time pass, and resolves when the round that this sets off has ended. */
    async roundAfter(milliseconds: number) {
      const ended = resting.promise;
      await clock.advance(milliseconds);
      await ended;
    },
    /** Resolves when the round that `cause` sets off has ended. */
    async roundThrough(cause: () => void) {
      const ended = resting.promise;
      cause();
      await ended;
    },
    async [Symbol.asyncDispose]() {
      stopping.abort();
      await done;
    },
  };
}

function cids(...pointers: readonly VerifiedPointer[]): string[] {
  return pointers.map(({ identity }) => rendezvousCid(identity));
}

async function pointers(count: number): Promise<VerifiedPointer[]> {
  return await Promise.all(Array.from({ length: count }, () => verifiedPointer(makeSigner())));
}

function provideTest(name: string, fn: () => Promise<void>): void {
  // A client's connections close a tick after the last await.
  Deno.test({ name, fn, sanitizeResources: false });
}

provideTest("what is wanted here is provided once in 22 hours, over restarts too", async () => {
  await using temporary = await temporaryNode();
  await using kubo = providingKubo(ANNOUNCED);
  const { node } = temporary;
  const [own, stranger] = await pointers(2);
  assert.ok(own !== undefined && stranger !== undefined);
  node.pointers.put(own, OPERATOR);
  node.pointers.put(stranger, { kind: "stranger", key: "somebody" });
  {
    await using run = providing(node, kubo);
    await run.firstRound;
    assert.deepEqual(kubo.provided, cids(own));
    await run.roundAfter(provideLimits.roundMilliseconds);
    assert.deepEqual(kubo.provided, cids(own));
  }
  await using run = providing(node, kubo);
  await run.firstRound;
  assert.deepEqual(kubo.provided, cids(own));
  const rounds = provideLimits.everyMilliseconds / provideLimits.roundMilliseconds;
  for (let round = 0; round < rounds; round++) {
    await run.roundAfter(provideLimits.roundMilliseconds);
  }
  assert.deepEqual(kubo.provided, cids(own, own));
  assert.deepEqual(run.reports, []);
});

provideTest("what was provided while the clock was ahead is provided again", async () => {
  await using temporary = await temporaryNode();
  await using kubo = providingKubo(ANNOUNCED);
  const [own] = await pointers(1);
  assert.ok(own !== undefined);
  temporary.node.pointers.put(own, OPERATOR);
  for (const days of [365, 0]) {
    await using run = providing(temporary.node, kubo, days);
    await run.firstRound;
    assert.deepEqual(run.reports, []);
  }
  assert.deepEqual(kubo.provided, cids(own, own));
});

provideTest("three at a time, and what the operator publishes meanwhile comes next", async () => {
  await using temporary = await temporaryNode();
  await using kubo = providingKubo(ANNOUNCED);
  const { node } = temporary;
  const many = await pointers(7);
  for (const pointer of many) node.pointers.put(pointer, OPERATOR);
  const together = Promise.withResolvers<void>();
  let asked = 0;
  kubo.answer = async () => {
    if (++asked === provideLimits.atOnce) together.resolve();
    await together.promise;
    return new Response(null);
  };
  await using run = providing(node, kubo);
  await run.firstRound;
  assert.deepEqual([...kubo.provided].sort(), cids(...many).sort());
  assert.equal(kubo.mostAtOnce(), provideLimits.atOnce);

  const [late] = await pointers(1);
  assert.ok(late !== undefined);
  await run.roundThrough(() => node.pointers.put(late, OPERATOR));
  assert.deepEqual(kubo.provided.at(-1), rendezvousCid(late.identity));
});

provideTest("a daemon in trouble is reported once, left in peace, and tried again", async () => {
  await using temporary = await temporaryNode();
  await using kubo = providingKubo(ANNOUNCED);
  const many = await pointers(7);
  for (const pointer of many) temporary.node.pointers.put(pointer, OPERATOR);
  let tries = 0;
  kubo.answer = () => {
    tries++;
    return Response.json({ Message: "cannot provide, no connected peers" }, { status: 500 });
  };
  await using run = providing(temporary.node, kubo);
  await run.firstRound;
  await run.roundAfter(provideLimits.roundMilliseconds);
  assert.equal(tries, 2 * provideLimits.atOnce);
  assert.equal(run.reports.length, 1);
  assert.match(String(run.reports[0]), /no connected peers/);

  kubo.answer = () => new Response(null);
  await run.roundAfter(provideLimits.roundMilliseconds);
  assert.deepEqual([...kubo.provided].sort(), cids(...many).sort());
});

provideTest("without the node's address among the daemon's, nothing is provided", async () => {
  await using temporary = await temporaryNode();
  const others = ["/dns4/other.example/tcp/443/tls/http"];
  await using kubo = providingKubo(others);
  const [own] = await pointers(1);
  assert.ok(own !== undefined);
  temporary.node.pointers.put(own, OPERATOR);
  await using run = providing(temporary.node, kubo);
  await run.firstRound;
  await run.roundAfter(provideLimits.roundMilliseconds);
  assert.deepEqual(kubo.provided, []);
  const [problem, ...more] = run.reports;
  assert.deepEqual(more, []);
  assert.ok(problem instanceof OurSpaceError);
  const added = JSON.stringify([...others, "/dns/gw.example/tcp/443/tls/http"]);
  assert.ok(problem.remedy.endsWith(`ipfs config --json Addresses.AppendAnnounce '${added}'`));
});

provideTest("what is wanted no longer is taken back", async () => {
  await using temporary = await temporaryNode();
  await using kubo = providingKubo(ANNOUNCED);
  const { node } = temporary;
  const [gone] = await pointers(1);
  assert.ok(gone !== undefined);
  node.pointers.put(gone, OPERATOR);
  let wanted = node.pointers.wanted;
  const changing: Node = {
    ...node,
    pointers: { ...node.pointers, wanted: (limit) => wanted(limit) },
  };
  await using run = providing(changing, kubo);
  await run.firstRound;
  wanted = () => [];
  await run.roundAfter(provideLimits.roundMilliseconds);
  assert.deepEqual(kubo.removed, cids(gone));
  await run.roundAfter(provideLimits.roundMilliseconds);
  assert.deepEqual(kubo.removed, cids(gone));
});

provideTest("stopping ends what is under way", async () => {
  await using temporary = await temporaryNode();
  await using kubo = providingKubo(ANNOUNCED);
  const [own] = await pointers(1);
  assert.ok(own !== undefined);
  temporary.node.pointers.put(own, OPERATOR);
  const asked = Promise.withResolvers<void>();
  const hanging = Promise.withResolvers<Response>();
  kubo.answer = () => {
    asked.resolve();
    return hanging.promise;
  };
  {
    await using run = providing(temporary.node, kubo);
    await asked.promise;
    assert.deepEqual(run.reports, []);
  }
  hanging.resolve(new Response(null));
  assert.deepEqual([...temporary.node.keyValues.entries("rendezvous/")], []);
});
