import type { PeerReport, SourceReport } from "../../../resolver/resolution.ts";
import type { LookUpReport, Winner } from "../../look_up_report.ts";

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
    ]),
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

/** Columns as wide as their widest cell; the third holds numbers. */
function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => row[column]?.length ?? 0))
  );
  return rows.map((row) =>
    row.map((cell, column) => {
      const width = widths[column] ?? 0;
      return column === 2 ? cell.padStart(width) : cell.padEnd(width);
    }).join("  ").trimEnd()
  );
}
