import { identityText, sameIdentity } from "../../schemas/identity.ts";
import type { Name } from "../../schemas/name.ts";
import type { Call, Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import type { IdentifiedName } from "../identify.ts";
import { unlessUnavailable } from "../node/unless_unavailable.ts";
import { pause } from "../peers/pause.ts";
import type { Follow, FollowList } from "./follow_list.ts";

/** What watching names works with. */
export interface WatchNamesOptions extends Call {
  readonly follows: FollowList;
  readonly identify: (name: Name, call: Call) => Promise<IdentifiedName>;
  readonly clock: Clock;
  readonly alarm: Alarm;
  /** Numbers from 0 to 1. */
  readonly random: () => number;
  readonly report: (problem: string) => void;
}

/** The names of those who are followed. */
export interface WatchedNames {
  /** Why a name could not be looked up the last time; empty when it could. */
  problem(name: Name): string;
  /** When the signal has aborted. Never rejects. */
  readonly ended: Promise<void>;
}

/** A record may say that it is good for a second, or for years. */
const SHORTEST_MILLISECONDS = 60 * 60_000;
const LONGEST_MILLISECONDS = 24 * 3_600_000;
/** After a start, so that many names are not looked up in the same moment; and after a failure. */
const SOON_MILLISECONDS = 10 * 60_000;
/** Between two looks whether a name is due. */
const LOOK_MILLISECONDS = 60_000;

/**
 * Looks the domains of those who are followed up again, about once an hour, one at a time. One that leads
 * to another wallet is followed there, which is reported; one that cannot be looked up, or leads nowhere
 * any more, stays with the wallet that it led to.
 */
export function watchNames(options: WatchNamesOptions): WatchedNames {
  const { follows, identify, clock, alarm, random, report, signal } = options;
  const dueAt = new Map<string, number>();
  const problems = new Map<string, string>();

  /** Resolves with the milliseconds until the next look-up. */
  async function check({ name, identity }: Follow): Promise<number> {
    try {
      const found = await identify(name, { signal });
      problems.delete(name.text);
      if (found.stale) return SOON_MILLISECONDS;
      if (!sameIdentity(found.identity, identity)) {
        follows.move(name, found.identity);
        report(
          `${name.text}, which is followed here, leads to ${identityText(found.identity)} now; ` +
            `before it was ${identityText(identity)}.`,
        );
      }
      const lifetime = Math.max(found.ttlSeconds * 1_000, SHORTEST_MILLISECONDS);
      return Math.min(lifetime, LONGEST_MILLISECONDS) * (0.9 + random() / 5);
    } catch (error) {
      signal.throwIfAborted();
      problems.set(name.text, error instanceof Error ? error.message : String(error));
      return SOON_MILLISECONDS;
    }
  }

  async function lookAt(watched: readonly Follow[]): Promise<void> {
    for (const name of dueAt.keys()) {
      if (!watched.some((follow) => follow.name.text === name)) forget(name);
    }
    for (const follow of watched) {
      const { text } = follow.name;
      const due = dueAt.get(text) ?? clock() + random() * SOON_MILLISECONDS;
      dueAt.set(text, due);
      // A clock that was set back makes nobody wait for days.
      if (due > clock() && due - clock() <= LONGEST_MILLISECONDS * 1.1) continue;
      dueAt.set(text, clock() + await check(follow));
    }
  }

  async function run(): Promise<void> {
    for (;;) {
      // A disk that fails now may tell at the next look.
      const all = unlessUnavailable(() => follows.all());
      if (all !== undefined) await lookAt(all.filter(({ name }) => name.kind !== "identity"));
      await pause(LOOK_MILLISECONDS, { alarm, signal });
    }
  }

  function forget(name: string): void {
    dueAt.delete(name);
    problems.delete(name);
  }

  return {
    problem: ({ text }) => problems.get(text) ?? "",
    ended: run().catch(() => {}),
  };
}
