import { storeSource } from "../../../resolver/sources/store.ts";
import type { LookUpReport } from "../../look_up_report.ts";

export const FOUND = 0;
export const NOT_FOUND = 1;
export const WRONG_QUESTION = 2;
export const NOT_ASKED = 3;
export const REFUSED = 4;
export const STOPPED = 130;

/**
 * Nobody was asked, or nobody who could answer did: nothing follows from that. A store that does not
 * hold a pointer says nothing about others.
 */
export function exitCode({ winner, sources }: LookUpReport): number {
  if (winner !== null) return FOUND;
  const others = sources.filter(({ source }) => source !== storeSource.id);
  return others.some(({ outcome }) => outcome === "none") ? NOT_FOUND : NOT_ASKED;
}
