import assert from "node:assert/strict";
import {
  isProblem,
  problemDetail,
  problemRemedy,
} from "../../../gateway/commands/problem_answer.ts";
import { problem } from "../../../gateway/http/problem.ts";

Deno.test("what another node says of a refusal is told: what happened, and what to do", async () => {
  const members = { remedy: "Raise MAX_BLOCK_BYTES." };
  const body = await problem(507, "no-room", "No room", "It is full.", {}, members).text();
  assert.equal(problemDetail(body), "It is full.");
  assert.equal(problemRemedy(body), "Raise MAX_BLOCK_BYTES.");
  assert.ok(isProblem(body, "no-room"));
});

Deno.test("a body that is no problem says nothing", () => {
  for (const body of ["", "<html>", "null", "[]", "7", '{"title":"x"}']) {
    assert.equal(problemDetail(body), "");
    assert.equal(problemRemedy(body), "");
    assert.ok(!isProblem(body, "no-room"));
  }
});
