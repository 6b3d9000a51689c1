import assert from "node:assert/strict";
import { reportLines } from "../../../../gateway/commands/resolve/report_lines.ts";
import { REPORT } from "../../../support/look_up_reports.ts";

Deno.test("a look-up is a table: who answered what, how long it took, which pointer won and why", () => {
  assert.deepEqual(reportLines(REPORT), [
    "Name:      alice.example",
    "Identity:  0xd8dA6BF26964aF9D7eEd9e03E53415D37aA96045 (dns, DNSSEC)",
    "Pointer:   2026-01-02T00:00:00.000Z, because the others are older",
    "Agreeing:  1 of 2 sources",
    "Content:   bafkreibm6jg3ux5qumhcn2b3flc3tyu6dmlb4xa7u5bf44yegnrjhc4yeq",
    "           https://alice.example/feed.xml",
    "Held by:   2 places, asked just now",
    "           this node",
    "           node peer-1",
    "Time:      171 ms",
    "",
    "WHO       ANSWER    MS  TIMESTAMP                 WHY",
    "store     none       2                            It knows no pointer.",
    "dht       newest   160  2026-01-02T00:00:00.000Z  It gave a valid pointer.",
    "  peer-1  older      9  2026-01-01T00:00:00.000Z",
    "  peer-2  failed  1000",
  ]);
});

Deno.test("that nobody holds the content is said; of many holders some are named", () => {
  const nobody = reportLines({ ...REPORT, holders: [] });
  assert.ok(nobody.includes("Held by:   nobody who was asked"));
  const holders = Array.from({ length: 30 }, (_, i) => ({ name: `p${i}`, kind: "peer" as const }));
  const many = reportLines({ ...REPORT, holders });
  assert.ok(many.includes("Held by:   30 places, asked just now"));
  assert.ok(many.includes("           and 10 more"));
  assert.equal(reportLines({ ...REPORT, holders: null }).join().includes("Held by"), false);
});

Deno.test("nothing found is said, and who was asked", () => {
  const lines = reportLines({ ...REPORT, winner: null, sources: REPORT.sources.slice(0, 1) });
  assert.equal(lines[2], "Pointer:   none was found");
  assert.match(lines.at(-1) ?? "", /^store {2}none/);
});
