import assert from "node:assert/strict";
import { formatBytes } from "../../gateway/format_bytes.ts";

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
