import type { PeerReport, SourceReport } from "../../../resolver/resolution.ts";
import type { LookUpReport, Winner } from "../../look_up_report.ts";
import { table } from "../table.ts";

const BECAUSE: Readonly<Record<Winner["because"], string>> = {
  only: "nobody gave another one",
  timestamp: "the others are older",
  text: "of two with the same time, the text that sorts later wins",
};

/** A look-up for people, line by line. */
export function reportLines(report: LookUpReport): string[] {
  const { name, identity, via, authenticated, sources, winner, milliseconds } = report;
  const rule = via === "identity" ? "" : ` (${via}${authenticated ? ", DNSSEC" : ""})`;
  return [
    `Name:      ${name}`,
    `Identity:  ${identity}${rule}`,
    ...winnerLines(winner, sources),
    `Time:      ${milliseconds} ms`,
    "",
    ...table([
      ["WHO", "ANSWER", "MS", "TIMESTAMP", "WHY"],
      ...sources.flatMap((source) => [
        [
          source.source,
          source.outcome,
          String(source.milliseconds),
          source.timestamp ?? "",
          source.reason,
        ],
        ...(source.peers ?? []).map(peerRow),
      ]),
    ], [2]),
  ];
}

function winnerLines(winner: Winner | null, sources: readonly SourceReport[]): string[] {
  if (winner === null) return ["Pointer:   none was found"];
  const { timestamp, cid, locations, withdrawn, because, agreeing } = winner;
  const asked = sources.length === 1 ? "1 source" : `${sources.length} sources`;
  return [
    `Pointer:   ${timestamp}, because ${BECAUSE[because]}`,
    `Agreeing:  ${agreeing} of ${asked}`,
    withdrawn ? "Content:   none: the feed is withdrawn" : `Content:   ${cid}`,
    ...locations.map((location) => `           ${location}`),
  ];
}

function peerRow({ peer, outcome, milliseconds, timestamp = "" }: PeerReport): string[] {
  return [`  ${peer}`, outcome, String(milliseconds), timestamp, ""];
}
