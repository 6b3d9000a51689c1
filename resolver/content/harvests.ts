import { OurSpaceError } from "../../schemas/errors.ts";
import { identityKey } from "../../schemas/identity.ts";
import type { Call } from "../contracts.ts";
import { type Alarm, deadline } from "../deadline.ts";
import type { Harvest } from "./harvest.ts";
import type { Home } from "./homes.ts";
import type { ContentLimits } from "./limits.ts";

/** The harvests under way: one of a home, for all who want something of it. */
export interface Harvests {
  /**
   * The one under way, or one that begins now. It goes on when those who wait for it have left, so that
   * the rest is there for the next ones. Throws an OurSpaceError that says why none can begin.
   */
  of(home: Home): Harvest;
  /** Ends all of them at once, and lets none begin. */
  close(): void;
}

/** What harvests are begun by. */
export interface HarvestsOptions {
  readonly limits: ContentLimits;
  readonly alarm: Alarm;
  readonly start: (home: Home, call: Call) => Harvest;
}

/** A harvest under way. */
interface Running {
  readonly key: string;
  readonly wallet: string;
  readonly harvest: Harvest;
  readonly end: AbortController;
}

/**
 * So many at the same time (`locationCarsAtOnce`), each for so long (`locationCarMilliseconds`), in fair
 * shares: when all places are taken, a wallet that has none or few of them gets one of a wallet that has
 * the most. Slow servers, be they all of one wallet, lock nobody out.
 */
export function createHarvests({ limits, alarm, start }: HarvestsOptions): Harvests {
  /** A Map keeps the order of insertion: what was begun first comes first. */
  const harvests = new Map<string, Running>();
  let isClosed = false;

  function makeRoom(wallet: string): void {
    if (harvests.size < limits.locationCarsAtOnce) return;
    const shares = Map.groupBy(harvests.values(), (running) => running.wallet);
    const shareOf = (wallet: string) => shares.get(wallet)?.length ?? 0;
    const most = Math.max(...shares.keys().map(shareOf));
    const own = shareOf(wallet);
    // The first place is everybody's right; more are no reason to leave another wallet with less.
    if (own > 0 && own + 1 >= most) throw shareTaken();
    const largest = harvests.values().filter((running) => shareOf(running.wallet) === most)
      .toArray();
    // What nobody waits for is read for those who may come.
    const next = largest.find(({ harvest }) => !harvest.isAwaited()) ?? largest[0];
    if (next !== undefined) stop(next, tooMany());
  }

  function stop({ key, end }: Running, reason: OurSpaceError): void {
    harvests.delete(key);
    end.abort(reason);
  }

  function begin(key: string, wallet: string, home: Home): Harvest {
    const end = new AbortController();
    const limit = deadline(limits.locationCarMilliseconds, { parent: end.signal, alarm });
    const harvest = start(home, limit);
    const running = { key, wallet, harvest, end };
    harvests.set(key, running);
    void harvest.end.then(() => {
      limit[Symbol.dispose]();
      if (harvests.get(key) === running) harvests.delete(key);
    });
    return harvest;
  }

  return {
    of(home) {
      const wallet = identityKey(home.identity);
      const key = `${wallet} ${home.root} ${home.location}`;
      const running = harvests.get(key);
      if (running !== undefined) return running.harvest;
      if (isClosed) throw closing();
      makeRoom(wallet);
      return begin(key, wallet, home);
    },
    close() {
      isClosed = true;
      for (const running of harvests.values()) stop(running, closing());
    },
  };
}

function shareTaken(): OurSpaceError {
  return new OurSpaceError("Too many of its wallet's locations are being read at the moment.");
}

function tooMany(): OurSpaceError {
  return new OurSpaceError("Too many locations are being read at the moment.");
}

function closing(): OurSpaceError {
  return new OurSpaceError("This gateway is being stopped.");
}
