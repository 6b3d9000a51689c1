import type { PeerReport, SourceReport } from "../../../resolver/resolution.ts";
import type { ContentHolder } from "../../content_holders.ts";
import type { LookUpReport, Winner } from "../../look_up_report.ts";
import { table } from "../table.ts";

const BECAUSE: Readonly<Record<Winner["because"], string>> = {
  only: "nobody gave another one",
  timestamp: "the others are older",
  text: "of two with the same time, the text that sorts later wins",
};

/** A look-up for people, line by line. */
export function reportLines(report: LookUpReport): string[] {
  const { name, identity, via, authenticated, sources, winner, holders, milliseconds } = report;
  const rule = via === "identity" ? "" : ` (${via}${authenticated ? ", DNSSEC" : ""})`;
  return [
    `Name:      ${name}`,
    `Identity:  ${identity}${rule}`,
    ...winnerLines(winner, sources),
    ...(holders === null ? [] : holderLines(holders)),
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

/** Of the places, so many are named. */
const SHOWN_HOLDERS = 20;

function holderLines(holders: readonly ContentHolder[]): string[] {
  const places = holders.length === 1 ? "1 place" : `${holders.length} places`;
  const more = holders.length - SHOWN_HOLDERS;
  return [
    `Held by:   ${holders.length === 0 ? "nobody who was asked" : `${places}, asked just now`}`,
    ...holders.slice(0, SHOWN_HOLDERS).map(({ name, kind }) =>
      `           ${kind === "network" ? "node " : ""}${name}`
    ),
    ...(more > 0 ? [`           and ${more} more`] : []),
  ];
}

function peerRow({ peer, outcome, milliseconds, timestamp = "" }: PeerReport): string[] {
  return [`  ${peer}`, outcome, String(milliseconds), timestamp, ""];
}
