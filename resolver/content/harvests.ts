import type { CID } from "multiformats/cid";
import { OurSpaceError } from "../../schemas/errors.ts";
import { type Identity, identityKey } from "../../schemas/identity.ts";
import type { Call } from "../contracts.ts";
import { type Alarm, deadline } from "../deadline.ts";
import type { Harvest } from "./harvest.ts";
import type { ContentLimits } from "./limits.ts";

/** A location that serves the DAG under a root, and whose pointer names it. */
export interface Home {
  readonly root: CID;
  readonly location: string;
  readonly identity: Identity;
}

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

/** So many at the same time (`locationCarsAtOnce`), each for so long (`locationCarMilliseconds`). */
export function createHarvests({ limits, alarm, start }: HarvestsOptions): Harvests {
  const harvests = new Map<string, Harvest>();
  const closing = new AbortController();

  function begin(key: string, home: Home): Harvest {
    const limit = deadline(limits.locationCarMilliseconds, { parent: closing.signal, alarm });
    const harvest = start(home, limit);
    harvests.set(key, harvest);
    void harvest.end.then(() => {
      harvests.delete(key);
      limit[Symbol.dispose]();
    });
    return harvest;
  }

  return {
    of(home) {
      const key = `${identityKey(home.identity)} ${home.root} ${home.location}`;
      const running = harvests.get(key);
      if (running !== undefined) return running;
      closing.signal.throwIfAborted();
      if (harvests.size >= limits.locationCarsAtOnce) throw tooMany();
      return begin(key, home);
    },
    close: () => closing.abort(new OurSpaceError("This gateway is being stopped.")),
  };
}

function tooMany(): OurSpaceError {
  return new OurSpaceError("Too many locations are being read at the moment.");
}
