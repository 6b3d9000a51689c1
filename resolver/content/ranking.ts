import { LRUCache } from "lru-cache";
import type { Clock } from "../contracts.ts";

/** What asking a road led to. `beaten`: another one was faster, although this one was asked before. */
export type RoadResult = "delivered" | "none" | "failed" | "forged" | "beaten";

/** Puts the roads that are likely to deliver soon before the others. */
export interface Ranking {
  record(name: string, result: RoadResult, milliseconds: number): void;
  /** Stable: roads of which nothing is known keep the order in which they are given. */
  sort<T extends { readonly name: string }>(roads: readonly T[]): T[];
}

/** What an attempt that brought nothing costs beyond the time that it took. */
const PENALTY_MILLISECONDS: Readonly<Record<RoadResult, number>> = {
  delivered: 0,
  /** It may hold the next block; a hedge delay is what asking in vain can cost. */
  none: 200,
  beaten: 500,
  failed: 5_000,
  /** Whoever sends wrong bytes once is asked when nobody else is left. */
  forged: 60_000,
};

/** What is expected of a road that has not been asked: a round trip over the Internet. */
const UNKNOWN_MILLISECONDS = 100;

/** An experience counts half after a minute: a peer that was restarted is soon a peer like others. */
const HALF_LIFE_MILLISECONDS = 60_000;

/** How much the newest experience weighs against all earlier ones. */
const NEWEST_WEIGHT = 0.5;

/** Strangers' locations are roads as well: the number that is remembered is bounded. */
const ROADS_REMEMBERED = 1_000;

/** Ranks by the expected time to a delivered block, in this process's experience. */
export function createRanking(clock: Clock): Ranking {
  const experiences = new LRUCache<string, { cost: number; at: number }>({ max: ROADS_REMEMBERED });

  function expected(name: string): number {
    const experience = experiences.get(name);
    if (experience === undefined) return UNKNOWN_MILLISECONDS;
    const weight = 0.5 ** ((clock() - experience.at) / HALF_LIFE_MILLISECONDS);
    return UNKNOWN_MILLISECONDS + (experience.cost - UNKNOWN_MILLISECONDS) * weight;
  }

  return {
    record(name, result, milliseconds) {
      const newest = milliseconds + PENALTY_MILLISECONDS[result];
      const cost = NEWEST_WEIGHT * newest + (1 - NEWEST_WEIGHT) * expected(name);
      experiences.set(name, { cost, at: clock() });
    },
    sort: (roads) =>
      roads
        .map((road) => ({ road, cost: expected(road.name) }))
        .sort((a, b) => a.cost - b.cost)
        .map(({ road }) => road),
  };
}
