import assert from "node:assert/strict";
import { createOutcomes } from "../../resolver/outcomes.ts";

Deno.test("outcomes come in the order in which work ends, and end when nothing goes on", async () => {
  const outcomes = createOutcomes<string>();
  assert.equal(await outcomes.next(), null);
  const slow = Promise.withResolvers<string>();
  const quick = Promise.withResolvers<string>();
  outcomes.add(slow.promise);
  outcomes.add(quick.promise);
  const first = outcomes.next();
  quick.resolve("quick");
  assert.equal(await first, "quick");
  outcomes.add(Promise.resolve("later"));
  assert.equal(await outcomes.next(), "later");
  slow.resolve("slow");
  assert.equal(await outcomes.next(), "slow");
  assert.equal(await outcomes.next(), null);
});
