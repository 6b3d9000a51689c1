import type { PeerReport, SourceReport } from "../../../resolver/resolution.ts";
import type { LookUpReport, Winner } from "../../look_up_report.ts";
import { count, fields, list, oneOf, text, truth } from "../answer_fields.ts";
import { parseHolder } from "../parse_holders.ts";
import { parseJson } from "../parse_json.ts";

const PEER_OUTCOMES: readonly PeerReport["outcome"][] = [
  "newest",
  "older",
  "none",
  "failed",
  "refused",
];
const SOURCE_OUTCOMES: readonly SourceReport["outcome"][] = [
  ...PEER_OUTCOMES,
  "declined",
  "late",
  "skipped",
];
const REASONS: readonly Winner["because"][] = ["only", "timestamp", "text"];

/**
 * The running node's answer. It may run another version than this command: whatever does not fit
 * throws an OurSpaceError, and members that are not known here are left out.
 */
export function parseReport(body: string): LookUpReport {
  const report = fields(parseJson(body));
  const { winner, holders } = report;
  return {
    name: text(report["name"]),
    identity: text(report["identity"]),
    via: text(report["via"]),
    authenticated: truth(report["authenticated"]),
    sources: list(report["sources"]).map(parseSource),
    winner: winner === null ? null : parseWinner(winner),
    holders: holders === null ? null : list(holders).map(parseHolder),
    milliseconds: count(report["milliseconds"]),
  };
}

function parseSource(value: unknown): SourceReport {
  const source = fields(value);
  const { peers } = source;
  return {
    source: text(source["source"]),
    outcome: oneOf(SOURCE_OUTCOMES, source["outcome"]),
    ...timestamp(source),
    milliseconds: count(source["milliseconds"]),
    reason: text(source["reason"]),
    ...(peers === undefined ? {} : { peers: list(peers).map(parsePeer) }),
  };
}

function parsePeer(value: unknown): PeerReport {
  const peer = fields(value);
  return {
    peer: text(peer["peer"]),
    outcome: oneOf(PEER_OUTCOMES, peer["outcome"]),
    ...timestamp(peer),
    milliseconds: count(peer["milliseconds"]),
  };
}

function parseWinner(value: unknown): Winner {
  const winner = fields(value);
  return {
    timestamp: text(winner["timestamp"]),
    cid: text(winner["cid"]),
    locations: list(winner["locations"]).map(text),
    withdrawn: truth(winner["withdrawn"]),
    because: oneOf(REASONS, winner["because"]),
    agreeing: count(winner["agreeing"]),
  };
}

function timestamp({ timestamp }: Readonly<Record<string, unknown>>): { timestamp?: string } {
  return timestamp === undefined ? {} : { timestamp: text(timestamp) };
}
