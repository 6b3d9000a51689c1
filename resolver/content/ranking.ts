import { LRUCache } from "lru-cache";
import type { Clock } from "../contracts.ts";

/** What content is fetched for. A road that is good for the one may be bad for the other. */
export type ContentKind =
  /** Documents of feeds and the folders on the way to them: small, and somebody waits for all of it. */
  | "feed"
  /** Files that are shown or played while they come. */
  | "media";

/** What asking a road led to. `beaten`: another one was faster, although this one was asked before. */
export type RoadResult = "delivered" | "none" | "failed" | "forged" | "beaten";

/** Puts the roads that are likely to deliver soon before the others. */
export interface Ranking {
  record(name: string, result: RoadResult, milliseconds: number): void;
  /** Stable: roads of which nothing is known keep the order in which they are given. */
  sort<T extends { readonly knownAs: string }>(roads: readonly T[]): T[];
  /**
   * How long the road may keep its answer to itself before the next one is asked too, milliseconds: as
   * long as it nearly always took; null when that is not known.
   */
  patience(name: string): number | null;
}

/** The rankings for the kinds of content; what one has not experienced, it learns of all together. */
export type Rankings = (kind: ContentKind) => Ranking;

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

/** As a retransmission timer is set (RFC 6298, section 2): the mean, and four times the deviation. */
const LATENCY_WEIGHT = 1 / 8;
const DEVIATION_WEIGHT = 1 / 4;
const DEVIATIONS = 4;
/** A second request costs its sender and its receiver something: never sooner, never much later. */
const MIN_PATIENCE_MILLISECONDS = 50;
const MAX_PATIENCE_MILLISECONDS = 1_000;

/** Strangers' locations are roads as well: the number that is remembered is bounded. */
const ROADS_REMEMBERED = 1_000;

interface Experience {
  /** Milliseconds to a delivered block, penalties included. */
  readonly cost: number;
  readonly at: number;
  /** Of deliveries alone, milliseconds; null before the first. */
  readonly latency: { readonly mean: number; readonly deviation: number } | null;
}

/** Ranks by the expected time to a delivered block, in this process's experience. */
export function createRankings(clock: Clock): Rankings {
  const all = createExperiences(clock);
  const kinds = new Map<ContentKind, Ranking>();
  return (kind) => {
    const known = kinds.get(kind);
    if (known !== undefined) return known;
    const ranking = createRanking(createExperiences(clock), all);
    kinds.set(kind, ranking);
    return ranking;
  };
}

function createRanking(own: Experiences, all: Experiences): Ranking {
  const cost = (name: string) => own.cost(name) ?? all.cost(name) ?? UNKNOWN_MILLISECONDS;
  return {
    record(name, result, milliseconds) {
      own.record(name, result, milliseconds);
      all.record(name, result, milliseconds);
    },
    sort: (roads) =>
      roads
        .map((road) => ({ road, cost: cost(road.knownAs) }))
        .sort((a, b) => a.cost - b.cost)
        .map(({ road }) => road),
    patience: (name) => own.patience(name) ?? all.patience(name),
  };
}

/** What is remembered of roads; null for those that are not known. */
interface Experiences {
  record(name: string, result: RoadResult, milliseconds: number): void;
  cost(name: string): number | null;
  patience(name: string): number | null;
}

function createExperiences(clock: Clock): Experiences {
  const experiences = new LRUCache<string, Experience>({ max: ROADS_REMEMBERED });

  function cost(name: string): number | null {
    const experience = experiences.get(name);
    if (experience === undefined) return null;
    const weight = 0.5 ** ((clock() - experience.at) / HALF_LIFE_MILLISECONDS);
    return UNKNOWN_MILLISECONDS + (experience.cost - UNKNOWN_MILLISECONDS) * weight;
  }

  return {
    record(name, result, milliseconds) {
      const newest = milliseconds + PENALTY_MILLISECONDS[result];
      const earlier = cost(name) ?? UNKNOWN_MILLISECONDS;
      const latency = experiences.get(name)?.latency ?? null;
      experiences.set(name, {
        cost: NEWEST_WEIGHT * newest + (1 - NEWEST_WEIGHT) * earlier,
        at: clock(),
        latency: result === "delivered" ? measured(latency, milliseconds) : latency,
      });
    },
    cost,
    patience(name) {
      const latency = experiences.get(name)?.latency ?? null;
      if (latency === null) return null;
      const usual = latency.mean + DEVIATIONS * latency.deviation;
      return Math.min(Math.max(usual, MIN_PATIENCE_MILLISECONDS), MAX_PATIENCE_MILLISECONDS);
    },
  };
}

function measured(
  before: Experience["latency"],
  milliseconds: number,
): NonNullable<Experience["latency"]> {
  if (before === null) return { mean: milliseconds, deviation: milliseconds / 2 };
  const error = milliseconds - before.mean;
  return {
    mean: before.mean + LATENCY_WEIGHT * error,
    deviation: before.deviation + DEVIATION_WEIGHT * (Math.abs(error) - before.deviation),
  };
}
