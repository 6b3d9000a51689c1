import type { PeerId } from "@libp2p/interface";
import { LRUCache } from "lru-cache";
import type { CID } from "multiformats/cid";
import type { Call } from "../contracts.ts";
import { abortable, deadline } from "../deadline.ts";
import { OutboundError, UnavailableError } from "../errors.ts";
import type { Bitswap } from "./bitswap.ts";
import { firstOf } from "./first_of.ts";
import { createHolderSearch, type HolderOptions, type Tally } from "./holders.ts";

/** Peers that gave blocks lately: the next block is asked of them at once, of the best first. */
const USEFUL_MAX = 64;
const USEFUL_FIRST = 3;

/** Connected peers that are asked whether they hold a block. */
const ASKED_MAX = 48;

const BLOCK_MILLISECONDS = 8_000;

/** After so long without an answer the next one is asked for the block too. */
const PATIENCE_MILLISECONDS = 1_000;

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

export function createBlockSearch(
  { bitswap, ...options }: Omit<HolderOptions, "wants" | "connected"> & {
    readonly bitswap: Pick<Bitswap, "peers" | "wants">;
  },
): BlockSearch {
  const { standings, clock, alarm } = options;
  const { wants } = bitswap;
  /** By peer: how long a block took, milliseconds; the one used last is the newest. */
  const useful = new LRUCache<string, number>({ max: USEFUL_MAX });
  const findHolders = createHolderSearch({ ...options, wants, connected });

  /** Those that gave blocks first, the quickest before the others. */
  function connected(): readonly PeerId[] {
    const cost = (peer: PeerId) => useful.peek(peer.toString()) ?? Infinity;
    return bitswap.peers().filter((peer) => standings.avoided(peer.toString()) === null)
      .sort((a, b) => cost(a) === cost(b) ? 0 : cost(a) - cost(b))
      .slice(0, ASKED_MAX);
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
      tally.failed += 1;
      standings.note(name, "failed");
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
        await firstOf(Promise.race([attempt, delivered.promise]), PATIENCE_MILLISECONDS, alarm);
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
