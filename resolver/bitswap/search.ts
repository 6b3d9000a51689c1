import type { PeerId } from "@libp2p/interface";
import { LRUCache } from "lru-cache";
import { base32 } from "multiformats/bases/base32";
import type { CID } from "multiformats/cid";
import type { Call, Clock } from "../contracts.ts";
import { abortable, type Alarm, deadline } from "../deadline.ts";
import { OutboundError, UnavailableError } from "../errors.ts";
import type { Provider } from "../network/ask_providers.ts";
import { createOutcomes } from "../outcomes.ts";
import { createRateLimit } from "../rate_limit.ts";
import type { Standings } from "../standing.ts";
import type { Bitswap } from "./bitswap.ts";

/** Peers that gave blocks lately: the next block is asked of them at once, of the best first. */
const USEFUL_MAX = 64;
const USEFUL_FIRST = 3;

/** Connected peers that are asked whether they hold a block. */
const ASKED_MAX = 48;

/** Whether it holds a block; the block itself; a connection to who is said to hold it. Milliseconds. */
const PRESENCE_MILLISECONDS = 3_000;
const BLOCK_MILLISECONDS = 8_000;
const CONNECT_MILLISECONDS = 4_000;

/** After so long without an answer the next one is asked for the block too. */
const PATIENCE_MILLISECONDS = 1_000;

/** The connected peers have so long before the DHT is asked who provides the content. */
const HEAD_START_MILLISECONDS = 300;

/** Searches in the DHT, each some 40 messages: a reader of missing blocks must not flood it. */
const SEARCHES = { burst: 60, perSecond: 2 };
/** What nobody provided is not looked for again for so long; so many are remembered. */
const NOT_PROVIDED_MILLISECONDS = 30_000;
const NOT_PROVIDED_MAX = 4_096;

/** Where blocks are in the network. */
export interface BlockSearch {
  /**
   * From whoever holds it: connected peers, and those who are said to provide it. Null: everybody who
   * could be asked says that it is not there. Throws UnavailableError when nobody said so, OutboundError
   * (`too-large`), and the signal's reason.
   */
  block(cid: CID, call: Call): Promise<Uint8Array<ArrayBuffer> | null>;
  /** The peers that say that they hold it, asked now, each once, as they answer. */
  holders(cid: CID, call: Call): AsyncIterable<PeerId>;
}

/** Who said that it is not there, and who failed, by silence or by a promise that was not kept. */
interface Tally {
  denied: number;
  failed: number;
}

export function createBlockSearch(
  { bitswap, providers, connect, standings, clock, alarm }: {
    bitswap: Pick<Bitswap, "peers" | "wants">;
    providers: (cid: CID, call: Call) => AsyncIterable<Provider>;
    /** Opens a connection unless there is one. Throws. */
    connect: (provider: Provider, call: Call) => Promise<void>;
    standings: Standings;
    clock: Clock;
    alarm: Alarm;
  },
): BlockSearch {
  const { wants } = bitswap;
  /** By peer: how long a block took, milliseconds; the one used last is the newest. */
  const useful = new LRUCache<string, number>({ max: USEFUL_MAX });
  const notProvided = new LRUCache<string, number>({ max: NOT_PROVIDED_MAX });
  const searches = createRateLimit(SEARCHES, { clock, maxKeys: 1 });

  const isAskable = (peer: PeerId) => standings.avoided(peer.toString()) === null;

  /** Those that gave blocks first, the quickest before the others. */
  function connected(): readonly PeerId[] {
    const cost = (peer: PeerId) => useful.peek(peer.toString()) ?? Infinity;
    return bitswap.peers().filter(isAskable)
      .sort((a, b) => cost(a) === cost(b) ? 0 : cost(a) - cost(b))
      .slice(0, ASKED_MAX);
  }

  /** Null: it did not answer. */
  async function has(
    peer: PeerId,
    cid: CID,
    { signal: parent }: Call,
    tally: Tally,
  ): Promise<boolean | null> {
    using limit = deadline(PRESENCE_MILLISECONDS, { parent, alarm });
    try {
      const answer = await wants.has(peer, cid, limit);
      if (!answer) tally.denied += 1;
      return answer;
    } catch {
      if (!parent.aborted) fail(peer, tally);
      return null;
    }
  }

  function fail(peer: PeerId, tally: Tally): void {
    tally.failed += 1;
    standings.note(peer.toString(), "failed");
  }

  /** Whoever is said to provide it is believed only when it says so itself. */
  async function provides(
    provider: Provider,
    cid: CID,
    { signal }: Call,
    tally: Tally,
  ): Promise<boolean> {
    using limit = deadline(CONNECT_MILLISECONDS, { parent: signal, alarm });
    try {
      await connect(provider, limit);
    } catch {
      if (!signal.aborted) fail(provider.peer, tally);
      return false;
    }
    const held = await has(provider.peer, cid, { signal }, tally);
    if (held === false) standings.note(provider.peer.toString(), "failed");
    return held === true;
  }

  /** False: the DHT was asked in vain a moment ago, or too often. */
  function maySearch(cid: CID, tally: Tally): boolean {
    if ((notProvided.get(nameOf(cid)) ?? 0) > clock()) return false;
    if (searches.take("") === 0) return true;
    tally.failed += 1;
    return false;
  }

  async function* findHolders(
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
      await before(answered, HEAD_START_MILLISECONDS, alarm);
      if (ended.signal.aborted || !maySearch(cid, tally)) return [];
      try {
        for await (const provider of providers(cid, ended)) {
          const { peer } = provider;
          if (asked.has(peer.toString()) || !isAskable(peer)) continue;
          asked.add(peer.toString());
          outcomes.add(provides(provider, cid, ended, tally).then((held) => held ? [peer] : []));
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
        notProvided.set(nameOf(cid), clock() + NOT_PROVIDED_MILLISECONDS);
      }
    } finally {
      leave.abort();
    }
  }

  async function take(
    peer: PeerId,
    cid: CID,
    { signal: parent }: Call,
    tally: Tally,
  ): Promise<Uint8Array<ArrayBuffer> | null> {
    using limit = deadline(BLOCK_MILLISECONDS, { parent, alarm });
    const startedAt = clock();
    const name = peer.toString();
    try {
      const block = await wants.block(peer, cid, limit);
      if (block === null) {
        tally.denied += 1;
        return null;
      }
      useful.set(name, clock() - startedAt);
      standings.note(name, "answered");
      return block;
    } catch (error) {
      if (parent.aborted) return null;
      useful.delete(name);
      fail(peer, tally);
      if (error instanceof OutboundError) throw error;
      return null;
    }
  }

  /** Those that gave blocks lately are asked for it at once; the others whether they hold it. */
  async function* candidates(cid: CID, call: Call, tally: Tally) {
    const best = connected().filter((peer) => useful.has(peer.toString())).slice(0, USEFUL_FIRST);
    yield* best;
    for await (const peer of findHolders(cid, call, tally)) if (!best.includes(peer)) yield peer;
  }

  async function find(cid: CID, call: Call): Promise<Uint8Array<ArrayBuffer> | null> {
    const tally = { denied: 0, failed: 0 };
    const delivered = Promise.withResolvers<Uint8Array<ArrayBuffer>>();
    const attempts: Promise<unknown>[] = [];
    let refusal: unknown = null;
    const peers = candidates(cid, call, tally);
    try {
      while (true) {
        const next = await Promise.race([peers.next(), delivered.promise]);
        if (next instanceof Uint8Array) return next;
        if (next.done) break;
        const attempt = take(next.value, cid, call, tally).then(
          (block) => block !== null && delivered.resolve(block),
          (error) => refusal = error,
        );
        attempts.push(attempt);
        await before(Promise.race([attempt, delivered.promise]), PATIENCE_MILLISECONDS, alarm);
      }
      const last = await Promise.race([delivered.promise, Promise.all(attempts)]);
      if (last instanceof Uint8Array) return last;
    } finally {
      // Whoever is still being asked is told that it is not wanted any longer.
      void peers.return();
    }
    if (refusal !== null) throw refusal;
    if (tally.denied > 0 || tally.failed === 0) return null;
    throw new UnavailableError("No node that was asked for it delivered it.");
  }

  return {
    async block(cid, { signal }) {
      const leave = new AbortController();
      const ended = { signal: AbortSignal.any([signal, leave.signal]) };
      try {
        return await abortable(find(cid, ended), signal);
      } finally {
        leave.abort();
      }
    },

    async *holders(cid, { signal }) {
      yield* findHolders(cid, { signal }, { denied: 0, failed: 0 });
      signal.throwIfAborted();
    },
  };
}

function nameOf({ multihash }: CID): string {
  return base32.encode(multihash.digest);
}

/** Waits for the work, or for so long. */
async function before(work: Promise<unknown>, milliseconds: number, alarm: Alarm): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const cancel = alarm(milliseconds, resolve);
  await Promise.race([work, promise]);
  cancel();
}
