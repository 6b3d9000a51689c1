import assert from "node:assert/strict";
import { createGathered } from "../../../resolver/bitswap/gathered.ts";

const LIMITS = { gatheredAnswerBytes: 50, gatheredQuestionBytes: 10, gatheredBytes: 100 };

Deno.test("a sender who was asked for nothing has little room, and all of them half", () => {
  const gathered = createGathered(LIMITS);
  assert.ok(gathered.reserve("a", 10, false));
  assert.equal(gathered.reserve("a", 1, false), false);
  for (const sender of ["b", "c", "d", "e"]) assert.ok(gathered.reserve(sender, 10, false));
  assert.equal(gathered.reserve("f", 1, false), false);
  assert.ok(gathered.reserve("f", 50, true));
  assert.equal(gathered.reserve("g", 1, true), false);
});

Deno.test("what is released is free again, for its sender and for all", () => {
  const gathered = createGathered(LIMITS);
  for (let round = 0; round < 20; round++) {
    assert.ok(gathered.reserve("a", 50, true));
    assert.ok(gathered.reserve("b", 50, true));
    gathered.release("a", 50);
    gathered.release("b", 30);
    gathered.release("b", 20);
    gathered.release("b", 0);
  }
});
