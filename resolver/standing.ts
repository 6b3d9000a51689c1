import { LRUCache } from "lru-cache";
import type { Clock } from "./contracts.ts";

/** What somebody did when asked. `lied`: sent what nobody signed, or what was not asked for. */
export type Conduct = "answered" | "failed" | "lied";

/** Whom it pays to ask, by a name of the caller's choice. In memory: a restart forgives everything. */
export interface Standings {
  note(name: string, conduct: Conduct): void;
  /** Why it is not asked at the moment; null when it may be asked. */
  avoided(name: string): "failed" | "lied" | null;
  /** When it last answered well, milliseconds since 1970; 0 = not since the start. */
  answeredAt(name: string): number;
}

/** One or two failures in a row happen to everybody. */
const FAILURES_FORGIVEN = 2;
const FIRST_FAILED_MILLISECONDS = 1_000;
const LONGEST_FAILED_MILLISECONDS = 5 * 60_000;

const FIRST_LIED_MILLISECONDS = 5 * 60_000;
/** Lies are forgotten after as long, too: good answers between them do not make up for them. */
const LONGEST_LIED_MILLISECONDS = 24 * 60 * 60_000;

/** Names that are remembered, some 200 bytes each. */
const MAX_NAMES = 4_096;

interface Standing {
  readonly answeredAt: number;
  /** In a row. */
  readonly failures: number;
  readonly failedAt: number;
  readonly lies: number;
  readonly liedAt: number;
}

const UNKNOWN: Standing = { answeredAt: 0, failures: 0, failedAt: 0, lies: 0, liedAt: 0 };

/** Each further failure, or lie, doubles the time for which somebody is left alone. */
export function createStandings({ clock }: { clock: Clock }): Standings {
  const standings = new LRUCache<string, Standing>({ max: MAX_NAMES });

  return {
    note(name, conduct) {
      standings.set(name, after(standings.get(name) ?? UNKNOWN, conduct, clock()));
    },
    avoided(name) {
      const { failures, failedAt, lies, liedAt } = standings.get(name) ?? UNKNOWN;
      const now = clock();
      if (lies > 0 && isWithin(liedAt, now, liedWindow(lies))) return "lied";
      const counted = failures - FAILURES_FORGIVEN;
      return counted > 0 && isWithin(failedAt, now, failedWindow(counted)) ? "failed" : null;
    },
    answeredAt: (name) => standings.peek(name)?.answeredAt ?? 0,
  };
}

function after(before: Standing, conduct: Conduct, now: number): Standing {
  switch (conduct) {
    case "answered":
      return { ...before, answeredAt: now, failures: 0 };
    case "failed":
      return { ...before, failures: before.failures + 1, failedAt: now };
    case "lied": {
      const forgotten = !isWithin(before.liedAt, now, LONGEST_LIED_MILLISECONDS);
      return { ...before, lies: forgotten ? 1 : before.lies + 1, liedAt: now };
    }
  }
}

/** A clock that was set back ends every window: nobody is left alone for the years between. */
function isWithin(since: number, now: number, milliseconds: number): boolean {
  return now >= since && now < since + milliseconds;
}

function failedWindow(failures: number): number {
  return Math.min(FIRST_FAILED_MILLISECONDS * 2 ** (failures - 1), LONGEST_FAILED_MILLISECONDS);
}

function liedWindow(lies: number): number {
  return Math.min(FIRST_LIED_MILLISECONDS * 2 ** (lies - 1), LONGEST_LIED_MILLISECONDS);
}
