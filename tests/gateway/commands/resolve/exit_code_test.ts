import assert from "node:assert/strict";
import {
  exitCode,
  FOUND,
  NOT_ASKED,
  NOT_FOUND,
} from "../../../../gateway/commands/resolve/exit_code.ts";
import type { SourceReport } from "../../../../resolver/resolution.ts";
import { REPORT } from "../../../support/look_up_reports.ts";

const said = (source: string, outcome: SourceReport["outcome"]) => ({
  source,
  outcome,
  milliseconds: 1,
  reason: "",
});

Deno.test("a script can tell that there is no pointer from that nobody could say", () => {
  assert.equal(exitCode(REPORT), FOUND);
  const without = (...sources: SourceReport[]) => exitCode({ ...REPORT, winner: null, sources });
  assert.equal(without(said("store", "none"), said("dht", "none")), NOT_FOUND);
  assert.equal(without(said("peer 1", "failed"), said("peer 2", "none")), NOT_FOUND);
  assert.equal(without(said("store", "none"), said("peer 1", "failed")), NOT_ASKED);
  assert.equal(without(said("store", "none")), NOT_ASKED);
  assert.equal(without(), NOT_ASKED);
});
