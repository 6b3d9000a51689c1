import type { PeerId } from "@libp2p/interface";
import { LRUCache } from "lru-cache";
import type { CID } from "multiformats/cid";
import type { Call, Clock } from "../contracts.ts";
import { type Alarm, deadline } from "../deadline.ts";
import { placeOf, type Provider } from "../network/ask_providers.ts";
import type { NetworkTimes } from "../network/times.ts";
import { createOutcomes } from "../outcomes.ts";
import { createRateLimit } from "../rate_limit.ts";
import { createStandings, type Standings } from "../standing.ts";
import { firstOf } from "./first_of.ts";
import { keyOf } from "./wanted.ts";
import type { Wants } from "./wants.ts";

/** The connected peers have so long before the DHT is asked who provides the content. */
const HEAD_START_MILLISECONDS = 300;

/** Searches in the DHT, each some 40 messages: a reader of missing blocks must not flood it. */
const SEARCHES = { burst: 60, perSecond: 2 };
/** What nobody provided is not looked for again for so long; so many are remembered. */
const NOT_PROVIDED_MILLISECONDS = 30_000;
const NOT_PROVIDED_MAX = 4_096;

/** Who said that it is not there, and who failed, by silence or by a promise that was not kept. */
export interface Tally {
  denied: number;
  failed: number;
}

/** Who can be asked, and how. */
export interface HolderOptions {
  readonly wants: Wants;
  /** Whom to ask among the connected peers, the best first. */
  readonly connected: () => readonly PeerId[];
  readonly providers: (cid: CID, call: Call) => AsyncIterable<Provider>;
  /** Opens a connection unless there is one. Throws. */
  readonly connect: (provider: Provider, call: Call) => Promise<void>;
  readonly standings: Standings;
  readonly times: Pick<NetworkTimes, "connect" | "presence">;
  readonly clock: Clock;
  readonly alarm: Alarm;
}

/**
 * The peers that say that they hold a block, as they answer: those who are connected, and those who are
 * said to provide it. What the others did is added to the tally.
 */
export type FindHolders = (cid: CID, call: Call, tally: Tally) => AsyncIterable<PeerId>;

export function createHolderSearch(options: HolderOptions): FindHolders {
  const { wants, connected, providers, connect, standings, times, clock, alarm } = options;
  const notProvided = new LRUCache<string, number>({ max: NOT_PROVIDED_MAX });
  const searches = createRateLimit(SEARCHES, { clock, maxKeys: 1 });
  /** Where peers are said to be. Apart: liars name without end, and the peers' own are few. */
  const places = createStandings({ clock });

  /** Null: it did not answer. */
  async function has(
    peer: PeerId,
    cid: CID,
    { signal: parent }: Call,
    tally: Tally,
  ): Promise<boolean | null> {
    using limit = deadline(times.presence, { parent, alarm });
    try {
      const answer = await wants.has(peer, cid, limit);
      if (!answer) tally.denied += 1;
      return answer;
    } catch {
      if (!parent.aborted) {
        tally.failed += 1;
        standings.note(peer.toString(), "failed");
      }
      return null;
    }
  }

  /**
   * Whoever is said to provide it is believed only when it says so itself. What is held against it is
   * what it does itself: others can say that it holds what it does not, and that it is where it is not.
   */
  async function provides(
    provider: Provider,
    cid: CID,
    { signal }: Call,
    tally: Tally,
    asked: Set<string>,
  ): Promise<boolean> {
    const place = placeOf(provider);
    if (places.avoided(place) !== null) return false;
    using limit = deadline(times.connect, { parent: signal, alarm });
    try {
      await connect(provider, limit);
    } catch {
      if (!signal.aborted) {
        tally.failed += 1;
        places.note(place, "failed");
      }
      return false;
    }
    const name = provider.peer.toString();
    if (asked.has(name)) return false;
    asked.add(name);
    return await has(provider.peer, cid, { signal }, tally) === true;
  }

  /** False: the DHT was asked in vain a moment ago, or too often. */
  function maySearch(cid: CID, tally: Tally): boolean {
    if ((notProvided.get(keyOf(cid)) ?? 0) > clock()) return false;
    if (searches.take("") === 0) return true;
    tally.failed += 1;
    return false;
  }

  return async function* findHolders(
    cid: CID,
    call: Call,
    tally: Tally,
  ): AsyncGenerator<PeerId, void, void> {
    const leave = new AbortController();
    const ended = { signal: AbortSignal.any([call.signal, leave.signal]) };
    const outcomes = createOutcomes<readonly PeerId[]>();
    const asked = new Set<string>();
    let isFound = false;

    async function ask(peer: PeerId): Promise<readonly PeerId[]> {
      asked.add(peer.toString());
      return await has(peer, cid, ended, tally) ? [peer] : [];
    }

    /** Asks the DHT when the connected peers have had their time, and everybody whom it names. */
    async function searchDht(answered: Promise<unknown>): Promise<readonly PeerId[]> {
      await firstOf(answered, HEAD_START_MILLISECONDS, alarm);
      if (ended.signal.aborted || !maySearch(cid, tally)) return [];
      try {
        for await (const provider of providers(cid, ended)) {
          const { peer } = provider;
          if (asked.has(peer.toString()) || standings.avoided(peer.toString()) !== null) continue;
          const provided = provides(provider, cid, ended, tally, asked);
          outcomes.add(provided.then((held) => held ? [peer] : []));
        }
      } catch {
        // It ended with the call.
      }
      return [];
    }

    try {
      const first = connected().map(ask);
      first.forEach(outcomes.add);
      outcomes.add(searchDht(Promise.all(first)));
      for (let held = await outcomes.next(); held !== null; held = await outcomes.next()) {
        isFound ||= held.length > 0;
        yield* held;
      }
      if (!isFound && tally.failed === 0 && !ended.signal.aborted) {
        notProvided.set(keyOf(cid), clock() + NOT_PROVIDED_MILLISECONDS);
      }
    } finally {
      leave.abort();
    }
  };
}
