import type { OurSpaceError } from "../../schemas/errors.ts";
import {
  ContentUnreachableError,
  ContentWrongError,
  RefusedByOperatorError,
  type RoadReport,
} from "../errors.ts";
import type { Answer, Road } from "./road.ts";

/** A road that was asked. Times in milliseconds. */
export interface Runner {
  readonly road: Road;
  readonly startedAt: number;
  /** When it was last seen to be at work. */
  signAt: number;
  finish: { readonly answer: Answer; readonly milliseconds: number } | null;
}

/** What to tell of a road. `unfinished` says what became of one that has not answered. */
export function reportOf(
  { road, startedAt, finish }: Runner,
  now: number,
  unfinished: "silent" | "stopped" = "silent",
): RoadReport {
  if (finish === null) {
    const milliseconds = now - startedAt;
    return unfinished === "stopped"
      ? { road: road.name, outcome: "skipped", reason: "Another road was faster.", milliseconds }
      : { road: road.name, outcome: "failed", reason: "It did not answer in time.", milliseconds };
  }
  const { answer, milliseconds } = finish;
  switch (answer.outcome) {
    case "delivered":
      return { road: road.name, outcome: "delivered", reason: "It delivered.", milliseconds };
    case "oversized":
      return { road: road.name, outcome: "failed", reason: answer.reason, milliseconds };
    default:
      return { road: road.name, outcome: answer.outcome, reason: answer.reason, milliseconds };
  }
}

/** Whether one of those who were asked does not serve it, by its operator's rules. */
export function isRefused(roads: readonly RoadReport[]): boolean {
  return roads.some(({ outcome }) => outcome === "refused");
}

/** Only the operator's peers count as somebody who refuses. */
export function refusedByPeer(): RefusedByOperatorError {
  return new RefusedByOperatorError(
    "A peer of this gateway does not serve this content, and nobody else who was asked delivered it.",
    { remedy: "Whoever runs that peer decided so. Another gateway may serve it." },
  );
}

/** Why a race in which nobody delivered failed; every runner has finished. */
export function failureOf(runners: readonly Runner[], now: number): OurSpaceError {
  const roads = runners.map((runner) => reportOf(runner, now));
  const outcomes = new Set(runners.map(({ finish }) => finish?.answer.outcome));
  if (isRefused(roads)) return refusedByPeer();
  // Who failed may have the right bytes: then another try can succeed.
  if (!outcomes.has("failed")) {
    if (outcomes.has("oversized")) {
      return new ContentWrongError("The content is larger than this gateway reads.", { roads });
    }
    if (outcomes.has("forged")) {
      return new ContentWrongError("Everything that came differs from what was signed.", {
        roads,
        remedy: "Its publisher can put the right content into place again.",
      });
    }
  }
  return new ContentUnreachableError("Nobody who was asked could deliver the content.", {
    roads,
    remedy: "Try again later; its publisher may be offline.",
  });
}
