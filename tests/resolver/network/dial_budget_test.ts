import assert from "node:assert/strict";
import {
  createDialBudget,
  currentBudget,
  withDialBudget,
} from "../../../resolver/network/dial_budget.ts";

function granted(take: () => boolean): number {
  let count = 0;
  while (take()) count += 1;
  return count;
}

Deno.test("a path that dials all the time leaves the others their own share", () => {
  const budget = createDialBudget();
  assert.equal(granted(() => budget.take(0)), 44);
  for (let path = 1; path < 20; path++) assert.equal(granted(() => budget.take(path)), 4);
});

Deno.test("each walk has a budget of its own, in all that it starts", async () => {
  async function* walk() {
    for (let step = 0; step < 3; step++) {
      await Promise.resolve();
      yield currentBudget.getStore();
    }
  }
  const [one, other] = await Promise.all([
    Array.fromAsync(withDialBudget(walk)),
    Array.fromAsync(withDialBudget(walk)),
  ]);
  assert.equal(new Set(one).size, 1);
  assert.ok(one[0] !== undefined && one[0] !== other[0]);
  assert.equal(currentBudget.getStore(), undefined);
});

Deno.test("a walk that its reader leaves is ended", async () => {
  let ended = false;
  async function* walk() {
    try {
      while (true) yield await Promise.resolve(1);
    } finally {
      ended = true;
    }
  }
  for await (const _ of withDialBudget(walk)) break;
  assert.ok(ended);
});
