import assert from "node:assert/strict";
import { parseReport } from "../../../../gateway/commands/resolve/parse_report.ts";
import { OurSpaceError } from "../../../../schemas/errors.ts";
import { REPORT } from "../../../support/look_up_reports.ts";

Deno.test("a running node's report is read as it was written, but for what is not known here", () => {
  assert.deepEqual(parseReport(JSON.stringify(REPORT)), REPORT);
  const nothing = { ...REPORT, winner: null, holders: null, sources: [] };
  assert.deepEqual(parseReport(JSON.stringify({ ...nothing, more: 1 })), nothing);
});

Deno.test("a report of another form is refused with what to do", () => {
  const { sources: [source], winner } = REPORT;
  const wrong = [
    "",
    "[]",
    "null",
    JSON.stringify({ ...REPORT, name: 1 }),
    JSON.stringify({ ...REPORT, winner: undefined }),
    JSON.stringify({ ...REPORT, winner: { ...winner, because: "luck" } }),
    JSON.stringify({ ...REPORT, winner: { ...winner, locations: [null] } }),
    JSON.stringify({ ...REPORT, holders: undefined }),
    JSON.stringify({ ...REPORT, holders: [{ name: "a", kind: "elsewhere" }] }),
    JSON.stringify({ ...REPORT, sources: {} }),
    JSON.stringify({ ...REPORT, sources: [{ ...source, outcome: "perhaps" }] }),
    JSON.stringify({
      ...REPORT,
      sources: [{ ...source, peers: [{ peer: "a", outcome: "late" }] }],
    }),
  ];
  for (const body of wrong) {
    assert.throws(
      () => parseReport(body),
      (error) => error instanceof OurSpaceError && error.remedy !== "",
      body,
    );
  }
});
