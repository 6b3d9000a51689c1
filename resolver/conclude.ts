import { type Identity, identityText } from "../schemas/identity.ts";
import type { VerifiedPointer } from "../schemas/pointer.ts";
import type { AskedPeer, SourceAnswer } from "./ask_source.ts";
import {
  NotFoundError,
  OutboundError,
  PointerRefusedError,
  type RefusalReason,
  RefusedByOperatorError,
  UnavailableError,
} from "./errors.ts";
import { OUTBOUND_REASON_TEXTS } from "./outbound/reason_texts.ts";
import type { PeerReport, Resolution, SourceReport } from "./resolution.ts";
import { relation } from "./select.ts";
import type { WalkState } from "./walk.ts";

/** What a walk's state means: a resolution, or the error that says why there is none. Pure. */
export function conclude(state: WalkState): Resolution {
  const { greatest, answers, startedAt } = state;
  // Then what is remembered here is not served either: an instance that remembers nothing says the same.
  const isDeclined = answers.length > 0 && answers.every(hasDeclined);
  if (greatest === null || isDeclined) throw nothingFound(state.identity, answers);
  const stale = answers.length > 0 && !answers.some(hasAnswered);
  return {
    pointer: greatest,
    freshness: stale ? "stale" : "fresh",
    checkedAt: stale ? 0 : startedAt,
    sources: sourceReports(state),
  };
}

/** What each source said, in their order, also where nobody had a pointer. */
export function sourceReports({ answers, greatest }: WalkState): SourceReport[] {
  return answers.map((answer) => report(answer, greatest));
}

/** What is answered from memory alone when nothing is remembered: nobody was asked. */
export function nothingHeld(identity: Identity): NotFoundError {
  return new NotFoundError(`No pointer is held for ${identityText(identity)}.`, {
    incomplete: true,
    remedy: "Ask again without forbidding the network.",
  });
}

/**
 * True when the source's silence means something. One that sent nothing but refused records has said
 * no more than one that failed: it may be hiding what it holds.
 */
function hasAnswered(answer: SourceAnswer): boolean {
  return answer.greatest !== null || saidNone(answer) || hasDeclined(answer);
}

function hasDeclined({ state, greatest }: SourceAnswer): boolean {
  return state === "declined" && greatest === null;
}

/** True when the source said that it knows no pointer. */
export function saidNone(answer: SourceAnswer): boolean {
  return answer.state === "finished" && answer.greatest === null && answer.refusals.size === 0;
}

/** True when it was left alone for what it did before. */
function isSkipped({ state }: SourceAnswer): boolean {
  return state === "skipped-failing" || state === "skipped-lying";
}

function nothingFound(identity: Identity, answers: readonly SourceAnswer[]): Error {
  const who = identityText(identity);
  if (answers.some((answer) => answer.refusals.has("not-verifiable-here"))) {
    return new PointerRefusedError(`The pointer of ${who} cannot be verified here.`, {
      reason: "not-verifiable-here",
      remedy: "It belongs to a contract account. Ask a gateway that verifies contract accounts.",
    });
  }
  if (answers.some(hasDeclined)) {
    return new RefusedByOperatorError(
      `A peer of this gateway does not serve ${who}, and nobody else who was asked knows its pointer.`,
      { remedy: "Whoever runs that peer decided so. Another gateway may serve it." },
    );
  }
  const silent = answers.filter((answer) => !hasAnswered(answer));
  if (silent.length === 0) {
    return new NotFoundError(`No pointer is known for ${who}.`, {
      incomplete: false,
      remedy: "Its owner has not published yet, or to places that this gateway does not ask.",
    });
  }
  const remedy = "Try again in a moment.";
  const cause = new AggregateError(
    silent.map((answer) => answer.error ?? new Error(reason(answer))),
  );
  if (silent.length === answers.length) {
    return new UnavailableError(`No source could be asked about ${who}.`, { remedy, cause });
  }
  return new NotFoundError(
    `No pointer was found for ${who}, ` +
      `but ${silent.length} of ${answers.length} sources could not be asked.`,
    { incomplete: true, remedy, cause },
  );
}

function report(answer: SourceAnswer, newest: VerifiedPointer | null): SourceReport {
  const { source, greatest, milliseconds, peers } = answer;
  return {
    source: source.id,
    outcome: outcome(answer, newest),
    ...(greatest === null ? {} : { timestamp: greatest.timestamp }),
    milliseconds,
    reason: reason(answer),
    ...(peers.length === 0 ? {} : { peers: peers.map((peer) => peerReport(peer, newest)) }),
  };
}

function peerReport(
  { peer, outcome, pointer, milliseconds }: AskedPeer,
  newest: VerifiedPointer | null,
): PeerReport {
  if (pointer !== undefined) {
    const { timestamp } = pointer;
    const isNewest = newest !== null && relation(pointer, newest) === "same";
    return { peer, outcome: isNewest ? "newest" : "older", timestamp, milliseconds };
  }
  // A pointer without its record proves nothing.
  return { peer, outcome: outcome === "pointer" ? "refused" : outcome, milliseconds };
}

function outcome(
  answer: SourceAnswer,
  newest: VerifiedPointer | null,
): SourceReport["outcome"] {
  if (answer.greatest !== null && newest !== null) {
    return relation(answer.greatest, newest) === "same" ? "newest" : "older";
  }
  if (answer.refusals.size > 0) return "refused";
  if (answer.state === "finished") return "none";
  if (answer.state === "declined") return "declined";
  if (isSkipped(answer)) return "skipped";
  return answer.state === "failed" ? "failed" : "late";
}

/** A sentence that names no internals, as of a road to content. */
function reason(answer: SourceAnswer): string {
  if (answer.greatest !== null) return "It gave a valid pointer.";
  const [refusal] = answer.refusals;
  if (refusal !== undefined) return REFUSAL_TEXTS[refusal];
  if (answer.state === "finished") return "It knows no pointer.";
  if (answer.state === "declined") return "Its operator does not serve it.";
  if (answer.state === "skipped-failing") {
    return "It was not asked: it failed several times in a row.";
  }
  if (answer.state === "skipped-lying") {
    return "It was not asked: it sent records that nobody signed.";
  }
  if (answer.state !== "failed") return OUTBOUND_REASON_TEXTS.timeout;
  return answer.error instanceof OutboundError
    ? OUTBOUND_REASON_TEXTS[answer.error.reason]
    : "It could not be asked.";
}

const REFUSAL_TEXTS: Readonly<Record<RefusalReason, string>> = {
  "too-large": "It sent a record that is too large.",
  "malformed": "It sent a malformed record.",
  "other-identity": "It sent somebody else's record.",
  "bad-signature": "It sent a record with a wrong signature.",
  "not-valid-yet": "It sent a record whose time has not come yet.",
  "not-verifiable-here": "It sent a contract account's record, which cannot be verified here.",
};
