import assert from "node:assert/strict";
import type { CID } from "multiformats/cid";
import { startProvidingContents } from "../../../resolver/network/provide_contents.ts";
import { rawTree } from "../../support/blocks.ts";
import { createTestClock } from "../../support/clock.ts";
import { NO_CONTENT, QUIET, scriptedNetwork } from "../../support/scripted_network.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const [ONE, TWO] = await Promise.all(
  ["one", "two"].map(async (text) => (await rawTree(new TextEncoder().encode(text))).root),
);

/** A node that holds these, in a network of which `takers` nodes take what they are told. */
function setUp(
  held: CID[],
  { mode = "server", takers = 5, known = 5, first = Promise.resolve() } = {},
) {
  const clock = createTestClock();
  const stop = new AbortController();
  const provided: string[] = [];
  const state = { takers, known };
  const network = scriptedNetwork({
    mode: mode === "client" ? "client" : "server",
    status: () => ({ ...QUIET, routingTable: state.known }),
    content: {
      ...NO_CONTENT,
      async provide(cid) {
        provided.push(cid.toString());
        await first;
        return { confirmed: state.takers, failed: 0, among: false };
      },
    },
  });
  const ended = startProvidingContents({
    network,
    contents: () => Promise.resolve(held),
    clock: clock.now,
    alarm: clock.alarm,
    random: () => 0.5,
    signal: stop.signal,
    report: (problem) => assert.fail(String(problem)),
  });
  return { clock, provided, state, held, ended, stop: () => stop.abort() };
}

Deno.test("what is held is provided at once, and again after 12 hours", async () => {
  assert.ok(ONE);
  const { clock, provided, ended, stop } = setUp([ONE]);
  await clock.advance(0);
  assert.deepEqual(provided, [String(ONE)]);
  await clock.advance(12 * HOUR - MINUTE);
  assert.equal(provided.length, 1);
  await clock.advance(2 * MINUTE);
  assert.equal(provided.length, 2);
  stop();
  await ended;
});

Deno.test("what is held anew is provided within seconds; what is not held any longer is not", async () => {
  assert.ok(ONE && TWO);
  const { clock, provided, held, ended, stop } = setUp([ONE]);
  await clock.advance(MINUTE);
  held.splice(0, 1, TWO);
  await clock.advance(15_000);
  assert.deepEqual(provided, [String(ONE), String(TWO)]);
  await clock.advance(13 * HOUR);
  assert.deepEqual(provided, [String(ONE), String(TWO), String(TWO)]);
  stop();
  await ended;
});

Deno.test("what is published while much is provided comes next, not last", async () => {
  assert.ok(ONE);
  const texts = Array.from({ length: 100 }, (_, index) => new TextEncoder().encode(`${index}`));
  const many = (await Promise.all(texts.map(rawTree))).map(({ root }) => root);
  const first = Promise.withResolvers<void>();
  const { clock, provided, held, ended, stop } = setUp(many, { first: first.promise });
  await clock.advance(0);
  held.unshift(ONE);
  first.resolve();
  await clock.advance(1_000);
  assert.ok(provided.indexOf(String(ONE)) <= 20, "it had to wait");
  assert.equal(provided.length, 101);
  stop();
  await ended;
});

Deno.test("what nobody took is tried again after a minute", async () => {
  assert.ok(ONE);
  const { clock, provided, state, ended, stop } = setUp([ONE], { takers: 0 });
  await clock.advance(0);
  state.takers = 1;
  await clock.advance(2 * MINUTE);
  assert.equal(provided.length, 2);
  await clock.advance(HOUR);
  assert.equal(provided.length, 2);
  stop();
  await ended;
});

Deno.test("nothing is provided while nobody is known, nor by a node that nobody can reach", async () => {
  assert.ok(ONE);
  const alone = setUp([ONE], { known: 0 });
  const client = setUp([ONE], { mode: "client" });
  await alone.clock.advance(MINUTE);
  await client.clock.advance(MINUTE);
  assert.deepEqual([...alone.provided, ...client.provided], []);
  await client.ended;
  alone.state.known = 1;
  await alone.clock.advance(MINUTE);
  assert.equal(alone.provided.length, 1);
  alone.stop();
  await alone.ended;
});
