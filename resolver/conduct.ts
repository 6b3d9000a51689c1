import type { SourceAnswer } from "./ask_source.ts";
import { OutboundError, type RefusalReason } from "./errors.ts";
import type { Conduct } from "./standing.ts";

/**
 * What a walk's answer says about those who gave it, by the names under which that is remembered.
 * Nothing for a record whose time has not come (one of two clocks is wrong), for a contract account's
 * (this program's limit), and for whoever was cut off by a walk that others had ended.
 */
export function conductOf(answer: SourceAnswer): readonly (readonly [string, Conduct])[] {
  const { source } = answer;
  if (source.asks === "peer") return named(source.id, peerConduct(answer));
  if (source.asks !== "peers") return [];
  return answer.peers.flatMap(({ peer, outcome, refusal }) => {
    if (outcome === "refused") {
      return refusal !== undefined && isLie(refusal) ? named(peer, "lied") : [];
    }
    return named(peer, outcome === "failed" ? "failed" : "answered");
  });
}

function peerConduct({ state, refusals, error }: SourceAnswer): Conduct | null {
  if ([...refusals].some(isLie)) return "lied";
  if (state === "failed") return failureConduct(error);
  if (state === "declined") return "answered";
  return state === "finished" && refusals.size === 0 ? "answered" : null;
}

function failureConduct(error: unknown): Conduct | null {
  if (!(error instanceof OutboundError)) return "failed";
  if (error.reason === "too-large") return "lied";
  // It was not asked at all: this process asked it too often.
  return error.reason === "rate-limited" ? null : "failed";
}

function isLie(reason: RefusalReason): boolean {
  return reason !== "not-valid-yet" && reason !== "not-verifiable-here";
}

function named(name: string, conduct: Conduct | null): readonly (readonly [string, Conduct])[] {
  return conduct === null ? [] : [[name, conduct]];
}
