import assert from "node:assert/strict";
import { byteProgress } from "../../../../gateway/commands/publish/progress.ts";
import { testTerminal } from "../../../support/terminal.ts";

Deno.test("a step tells its share of the whole", () => {
  const terminal = testTerminal();
  const done = byteProgress(terminal, "Reading", 3_000_000);
  done(1_000_000);
  done(2_000_000);
  assert.deepEqual(terminal.steps, ["Reading 33 % of 3.0 MB", "Reading 100 % of 3.0 MB"]);
  byteProgress(terminal, "Reading", 0)(0);
  assert.equal(terminal.steps.at(-1), "Reading 100 % of 0 bytes");
});
