import type { PeerId } from "@libp2p/interface";
import { base32 } from "multiformats/bases/base32";
import { isHashed } from "../content/cid.ts";
import type { Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import type { BlockStore } from "../node/node.ts";
import { createRateLimit } from "../rate_limit.ts";
import { createBytePace } from "./byte_pace.ts";
import {
  type BitswapMessage,
  blockPrefix,
  encodeBitswapMessage,
  type Presence,
  type SentBlock,
  type Want,
} from "./message.ts";
import type { Outbox } from "./outbox.ts";
import type { BitswapLimits } from "./protocol.ts";
import { createTurns } from "./turns.ts";

/**
 * Wants that one sender may send: each costs a look at the disk. Kubo asks for 1,024 at once, and twice
 * for each block.
 */
const WANTS = { burst: 8_192, perSecond: 1_000 };
const ALL_WANTS = { burst: 32_768, perSecond: 4_000 };

const MEBIBYTE = 1_024 * 1_024;
/** A film of 5 MB a second for some people behind one address; and all of a line of 400 Mbit/s. */
const SENDER_BYTES = { burst: 64 * MEBIBYTE, perSecond: 16 * MEBIBYTE };
const ALL_BYTES = { burst: 128 * MEBIBYTE, perSecond: 48 * MEBIBYTE };

/** Senders that are remembered, some 200 bytes each. */
const MAX_SENDERS = 10_000;
const EVERYBODY = "";

/** Gives peers what they want of this node's blocks. */
export interface Serving {
  /** `sender`: what the peer is counted by (its address, or the peer itself behind a proxy). */
  receive(peer: PeerId, sender: string, message: BitswapMessage): void;
  /** The peer has gone. */
  drop(peer: PeerId): void;
}

/** One peer's wants that are not answered yet. */
interface Client {
  readonly peer: PeerId;
  readonly sender: string;
  readonly wants: Map<string, Want>;
  /** It is being served, or waits for its turn or its pace. */
  busy: boolean;
}

/**
 * Peers take turns, each with one answer of bounded size at a time. A want is answered once and then
 * forgotten, whether the block is held or not: nobody's wants lie here waiting for blocks to come.
 */
export function createServing(
  { blocks, outbox, limits, clock, alarm, signal, onSent, onRefused }: {
    blocks: Pick<BlockStore, "get" | "has">;
    outbox: Outbox;
    limits: BitswapLimits;
    clock: Clock;
    alarm: Alarm;
    signal: AbortSignal;
    onSent: (bytes: number) => void;
    /** Hears of wants beyond the limits. */
    onRefused: () => void;
  },
): Serving {
  const clients = new Map<string, Client>();
  const wantRates = createRateLimit(WANTS, { clock, maxKeys: MAX_SENDERS });
  const allWantRate = createRateLimit(ALL_WANTS, { clock, maxKeys: 1 });
  const pace = createBytePace(SENDER_BYTES, { clock, maxKeys: MAX_SENDERS });
  const wholePace = createBytePace(ALL_BYTES, { clock, maxKeys: 1 });
  let waiting = 0;

  const turns = createTurns<Client>({
    atOnce: limits.servedAtOnce,
    perSender: limits.servedPerSender,
    async serve(client) {
      // Who does not take its answer, or has gone, has nothing more to wait for.
      if (!signal.aborted) await serve(client).catch(() => clear(client));
      if (client.wants.size > 0 && !signal.aborted) enqueue(client);
      else client.busy = false;
    },
  });

  function remove(client: Client, key: string): boolean {
    const wasHeld = client.wants.delete(key);
    if (wasHeld) waiting -= 1;
    return wasHeld;
  }

  function add(client: Client, want: Want): void {
    const key = base32.encode(want.cid.multihash.bytes);
    if (want.kind === "cancel") return void remove(client, key);
    const isNew = !client.wants.has(key);
    const isFull = isNew &&
      (client.wants.size >= limits.peerWants || waiting >= limits.allWants);
    const isTooMany = isFull || wantRates.take(client.sender) > 0 ||
      allWantRate.take(EVERYBODY) > 0;
    if (isTooMany) return onRefused();
    if (isNew) waiting += 1;
    client.wants.set(key, want);
  }

  function enqueue(client: Client): void {
    const wait = Math.max(pace.wait(client.sender), wholePace.wait(EVERYBODY));
    if (wait === 0) turns.add(client);
    else alarm(wait, () => enqueue(client));
  }

  async function serve(client: Client): Promise<void> {
    const answer: { blocks: SentBlock[]; presences: Presence[] } = { blocks: [], presences: [] };
    let bytes = 0;
    for (const [key, want] of client.wants) {
      if (bytes >= limits.sentBytes || answer.presences.length >= limits.entries) break;
      remove(client, key);
      const { cid } = want;
      const isServed = isHashed(cid);
      if (want.kind === "block") {
        const data = isServed ? await blocks.get(cid) : null;
        if (data !== null) {
          answer.blocks.push({ prefix: blockPrefix(cid), data });
          bytes += data.length;
          continue;
        }
      } else if (isServed && await blocks.has(cid)) {
        answer.presences.push({ cid, has: true });
        continue;
      }
      if (want.tellMissing) answer.presences.push({ cid, has: false });
    }
    if (answer.blocks.length + answer.presences.length === 0) return;
    pace.spend(client.sender, bytes);
    wholePace.spend(EVERYBODY, bytes);
    await outbox.send(client.peer, encodeBitswapMessage(answer), signal);
    for (const { data } of answer.blocks) onSent(data.length);
  }

  function clear(client: Client): void {
    waiting -= client.wants.size;
    client.wants.clear();
  }

  return {
    receive(peer, sender, { wants, full }) {
      if (wants.length === 0) return;
      const name = peer.toString();
      const client = clients.get(name) ?? { peer, sender, wants: new Map(), busy: false };
      clients.set(name, client);
      if (full) clear(client);
      for (const want of wants) add(client, want);
      if (client.busy || client.wants.size === 0) return;
      client.busy = true;
      enqueue(client);
    },

    drop(peer) {
      const client = clients.get(peer.toString());
      clients.delete(peer.toString());
      if (client !== undefined) clear(client);
    },
  };
}
