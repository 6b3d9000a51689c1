import assert from "node:assert/strict";
import fc from "fast-check";
import type { ResolvePolicy } from "../../resolver/resolver.ts";
import { WALK_MILLISECONDS } from "../../resolver/walk.ts";
import { createTestClock, settled } from "../support/clock.ts";
import { makeSigner, verifiedPointer } from "../support/pointers.ts";
import { resolverWith } from "../support/resolvers.ts";
import { refusable, scriptedSource, type Step } from "../support/sources.ts";

/** Ascending: the index is the rank. */
const alice = makeSigner();
const pointers = await Promise.all(
  Array.from(
    { length: 6 },
    (_, month) => verifiedPointer(alice, { timestamp: `2026-0${month + 1}-01T00:00:00.000Z` }),
  ),
);
const rank = fc.nat({ max: pointers.length - 1 });

/** What a source does when it is asked once. */
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.nat({ max: 9_000 }),
  fc.nat({ max: 300 }),
  rank.map((index) => pointers[index] ?? "hang"),
  fc.constant(refusable("bad-signature")),
  fc.constant(new Error("down")),
  fc.constant("hang" as const),
);
const script = fc.array(step, { maxLength: 4 });

/** What happens around the resolver, after so many milliseconds. */
type Event = { wait: number } & ({ accept: number } | { ask: ResolvePolicy });
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ wait: fc.nat({ max: 3_000 }), accept: rank }),
  fc.record({
    wait: fc.oneof(fc.constant(0), fc.nat({ max: 3_000 })),
    ask: fc.constantFrom<ResolvePolicy>("cache-first", "network-only", "cache-only"),
  }),
);

const schedule = fc.record({
  sources: fc.array(fc.array(script, { minLength: 1, maxLength: 3 }), { maxLength: 4 }),
  events: fc.array(event, { minLength: 2, maxLength: 14 }),
});

const seed = Number(Deno.env.get("SEED") ?? Math.floor(Math.random() * 2 ** 31));

Deno.test(`no schedule of sources undercuts the floor (SEED=${seed})`, async () => {
  await fc.assert(
    fc.asyncProperty(schedule, async ({ sources: scripts, events }) => {
      const clock = createTestClock();
      // Each time it is asked, a source goes on to its next script.
      const sources = scripts.map((turns, i) => {
        const source = scriptedSource(clock, [], `source ${i}`);
        let turn = 0;
        return {
          ...source,
          find: (...question: Parameters<typeof source.find>) => {
            source.script = turns[turn++ % turns.length] ?? [];
            return source.find(...question);
          },
        };
      });
      const { resolver, ask } = resolverWith(clock, pointers, sources);
      const violations: string[] = [];
      let floor = -1;
      let unanswered = 0;

      for (const event of events) {
        await clock.advance(event.wait);
        if ("accept" in event) {
          const pointer = pointers[event.accept];
          if (pointer !== undefined) resolver.accept(pointer);
          floor = Math.max(floor, event.accept);
          continue;
        }
        const asked = event.ask;
        unanswered++;
        const knew = floor >= 0;
        ask(alice.identity, asked).then(({ pointer }) => {
          unanswered--;
          const answered = pointers.indexOf(pointer);
          if (answered < floor) violations.push(`${asked}: ${answered} after ${floor}`);
          floor = Math.max(floor, answered);
        }, (error) => {
          unanswered--;
          if (knew) violations.push(`${asked}: ${error} though ${floor} was known`);
        });
        await settled();
      }
      await clock.advance(WALK_MILLISECONDS);
      assert.deepEqual(violations, []);
      assert.equal(unanswered, 0, "every request is answered by the deadline");
    }),
    { seed, numRuns: 200 },
  );
});
