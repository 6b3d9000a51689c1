import assert from "node:assert/strict";
import { byteProgress, formatBytes } from "../../../../gateway/commands/publish/progress.ts";
import { testTerminal } from "../../../support/terminal.ts";

Deno.test("sizes are written for people", () => {
  const cases: readonly [number, string][] = [
    [0, "0 bytes"],
    [999, "999 bytes"],
    [1_000, "1.0 kB"],
    [1_440_000, "1.4 MB"],
    [350_000_000, "350 MB"],
    [1_200_000_000, "1.2 GB"],
    [5e15, "5000 TB"],
  ];
  for (const [bytes, text] of cases) assert.equal(formatBytes(bytes), text);
});

Deno.test("a step tells its share of the whole", () => {
  const terminal = testTerminal();
  const done = byteProgress(terminal, "Reading", 3_000_000);
  done(1_000_000);
  done(2_000_000);
  assert.deepEqual(terminal.steps, ["Reading 33 % of 3.0 MB", "Reading 100 % of 3.0 MB"]);
  byteProgress(terminal, "Reading", 0)(0);
  assert.equal(terminal.steps.at(-1), "Reading 100 % of 0 bytes");
});
