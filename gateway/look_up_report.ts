import type { SourceAnswer } from "../resolver/ask_source.ts";
import { sourceReports } from "../resolver/conclude.ts";
import type { CID } from "multiformats/cid";
import { parseCid } from "../resolver/content/cid.ts";
import type { Call, Clock, PointerSource } from "../resolver/contracts.ts";
import { systemAlarm } from "../resolver/deadline.ts";
import type { Identifier } from "../resolver/identify.ts";
import type { SourceReport } from "../resolver/resolution.ts";
import { identifyServed } from "../resolver/rules/identify_served.ts";
import { NO_RULES, type OperatorRules } from "../resolver/rules/operator_rules.ts";
import type { Verifier } from "../resolver/verify.ts";
import { startWalk } from "../resolver/walk.ts";
import { identityText } from "../schemas/identity.ts";
import type { Name } from "../schemas/name.ts";
import type { ContentHolder } from "./content_holders.ts";
import { isWithdrawn, type VerifiedPointer } from "../schemas/pointer.ts";

/** Everything about one look-up: who was asked, who answered what, and what follows from it. */
export interface LookUpReport {
  readonly name: string;
  readonly identity: string;
  /** The rule that led from the name to the identity. */
  readonly via: string;
  /** True when DNSSEC vouched for the name's record. */
  readonly authenticated: boolean;
  readonly sources: readonly SourceReport[];
  /** Null: nobody gave a valid pointer. */
  readonly winner: Winner | null;
  /** Who holds the winner's content, asked now; null when there is none to hold. */
  readonly holders: readonly ContentHolder[] | null;
  /** Milliseconds, from the name to the last answer. */
  readonly milliseconds: number;
}

/** The pointer that every reader would be given. */
export interface Winner {
  readonly timestamp: string;
  readonly cid: string;
  readonly locations: readonly string[];
  readonly withdrawn: boolean;
  /**
   * `only`: nobody, no single peer either, gave another; `timestamp`: the others are older; `text`:
   * another has the same timestamp, and of two such the greater text wins.
   */
  readonly because: "only" | "timestamp" | "text";
  /** Sources that gave this very pointer. */
  readonly agreeing: number;
}

/** What a look-up works with. */
export interface LookUpParts {
  readonly identifier: Identifier;
  readonly sources: readonly PointerSource[];
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly holders: (cid: CID, call: Call) => Promise<readonly ContentHolder[]>;
  /** None unless given. */
  readonly rules?: OperatorRules;
  /** A greater pointer that was found serves readers, too. */
  readonly accept: (pointer: VerifiedPointer) => void;
}

/**
 * Asks everybody afresh, past every cache. Throws what `Identifier.identify` throws, and
 * RefusedByOperatorError.
 */
export async function lookUpReport(
  name: Name,
  parts: LookUpParts,
  { signal }: Call,
): Promise<LookUpReport> {
  const { sources, verifier, clock, rules = NO_RULES } = parts;
  const startedAt = clock();
  const record = await identifyServed(name, { ...parts, rules }, { signal });
  const walk = startWalk(record.identity, {
    sources,
    verifier,
    clock,
    alarm: systemAlarm,
    signal,
  });
  const state = await walk.end;
  signal.throwIfAborted();
  const milliseconds = clock() - startedAt;
  const { greatest } = state;
  if (greatest !== null) parts.accept(greatest);
  const cid = greatest === null || isWithdrawn(greatest) ? null : parseCid(greatest.cid);
  return {
    name: name.text,
    identity: identityText(record.identity),
    via: record.via,
    authenticated: record.authenticated,
    sources: sourceReports(state),
    winner: greatest === null ? null : winner(greatest, state.answers),
    holders: cid === null ? null : await parts.holders(cid, { signal }),
    milliseconds,
  };
}

function winner(pointer: VerifiedPointer, answers: readonly SourceAnswer[]): Winner {
  const given = answers.flatMap(({ greatest }) => greatest ?? []);
  const givenByPeers = answers.flatMap(({ peers }) =>
    peers.flatMap(({ pointer }) => pointer ?? [])
  );
  const others = [...given, ...givenByPeers].filter(({ text }) => text !== pointer.text);
  return {
    timestamp: pointer.timestamp,
    cid: pointer.cid,
    locations: pointer.locations,
    withdrawn: isWithdrawn(pointer),
    because: others.length === 0
      ? "only"
      : others.some(({ timestamp }) => timestamp === pointer.timestamp)
      ? "text"
      : "timestamp",
    agreeing: given.filter(({ text }) => text === pointer.text).length,
  };
}
