import type { PeerId } from "@libp2p/interface";
import { base32 } from "multiformats/bases/base32";
import type { CID } from "multiformats/cid";
import { isHashed } from "../content/cid.ts";
import { contentLimits } from "../content/limits.ts";
import { sha256Of } from "../content/verified.ts";
import type { Call, Clock } from "../contracts.ts";
import { abortable } from "../deadline.ts";
import { OutboundError, UnavailableError } from "../errors.ts";
import {
  type BitswapMessage,
  encodeBitswapMessage,
  isSha256Prefix,
  type SentBlock,
  type Want,
} from "./message.ts";
import { createLateKeys, type LateKeys } from "./late_keys.ts";
import type { Outbox } from "./outbox.ts";
import { type Answer, keyOf, settle, type Waiter, type Wanted } from "./wanted.ts";

/** Cancels of wants that were answered wait for the next message, or for so many. */
const CANCELS_WAITING = 64;

/** What this node wants of connected peers. What comes is what the CID names: others' data is dropped. */
export interface Wants {
  /**
   * Null: the peer says that it does not hold the block. Throws UnavailableError, OutboundError (it is
   * larger than a block may be), and the signal's reason; the peer is then told that it is not wanted.
   */
  block(peer: PeerId, cid: CID, call: Call): Promise<Uint8Array<ArrayBuffer> | null>;
  /** Whether the peer says that it holds the block. Throws like `block`. */
  has(peer: PeerId, cid: CID, call: Call): Promise<boolean>;
  /** True when an answer of the peer may be on its way. */
  expects(peer: PeerId): boolean;
  receive(peer: PeerId, message: BitswapMessage): void;
  /** The peer has gone. */
  drop(peer: PeerId): void;
}

interface Asked {
  readonly peer: PeerId;
  readonly wanted: Map<string, Wanted>;
  /** Not sent yet. */
  readonly outgoing: Map<string, Want>;
  sending: boolean;
  readonly late: LateKeys;
}

export function createWants(
  { outbox, isConnected, clock, signal, onUnasked, onReceived }: {
    outbox: Outbox;
    isConnected: (peer: PeerId) => boolean;
    clock: Clock;
    /** Ends everything. */
    signal: AbortSignal;
    /** Hears of blocks that nobody here wanted: most often a forged one. */
    onUnasked: (peer: PeerId) => void;
    onReceived: (bytes: number) => void;
  },
): Wants {
  const peers = new Map<string, Asked>();

  function askedOf(peer: PeerId): Asked {
    const name = peer.toString();
    const asked = peers.get(name) ?? {
      peer,
      wanted: new Map(),
      outgoing: new Map(),
      sending: false,
      late: createLateKeys(clock),
    };
    peers.set(name, asked);
    return asked;
  }

  async function ask(
    peer: PeerId,
    cid: CID,
    kind: Waiter["kind"],
    call: Call,
  ): Promise<Answer> {
    call.signal.throwIfAborted();
    const asked = askedOf(peer);
    const key = keyOf(cid);
    const wanted: Wanted = asked.wanted.get(key) ?? { cid, waiters: new Set() };
    asked.wanted.set(key, wanted);
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const waiter: Waiter = { kind, resolve, reject };
    const isAsked = [...wanted.waiters].some((other) => other.kind === kind || kind === "have");
    wanted.waiters.add(waiter);
    if (!isAsked) tell(asked, key, { cid, kind, tellMissing: true });
    try {
      return await abortable(promise, call.signal);
    } finally {
      leave(asked, key, wanted, waiter);
    }
  }

  /** A waiter has its answer, or has left: the last one to leave without an answer cancels. */
  function leave(asked: Asked, key: string, wanted: Wanted, waiter: Waiter): void {
    const isUnanswered = wanted.waiters.delete(waiter);
    if (!isUnanswered || wanted.waiters.size > 0 || asked.wanted.get(key) !== wanted) return;
    forget(asked, key);
    const isUnsent = asked.outgoing.delete(key);
    if (!isUnsent) tell(asked, key, { cid: wanted.cid, kind: "cancel", tellMissing: false });
  }

  function forget(asked: Asked, key: string): void {
    asked.wanted.delete(key);
    asked.late.add(key);
  }

  function tell(asked: Asked, key: string, want: Want): void {
    asked.outgoing.set(key, want);
    if (!asked.sending) void flush(asked);
  }

  /** Everything that is wanted in one turn leaves in one message. */
  async function flush(asked: Asked): Promise<void> {
    asked.sending = true;
    try {
      await Promise.resolve();
      while (asked.outgoing.size > 0) {
        const wants = [...asked.outgoing.values()];
        asked.outgoing.clear();
        await outbox.send(asked.peer, encodeBitswapMessage({ wants }), signal);
      }
    } catch (error) {
      asked.outgoing.clear();
      failAll(asked, error);
      // Nobody hears of a peer that had gone before it was asked.
      if (!isConnected(asked.peer)) peers.delete(asked.peer.toString());
    } finally {
      asked.sending = false;
    }
  }

  function failAll(asked: Asked, error: unknown): void {
    const all = [...asked.wanted.values()];
    asked.wanted.clear();
    for (const { waiters } of all) settle(waiters, ({ reject }) => reject(error));
  }

  function take(asked: Asked, { prefix, data }: SentBlock): void {
    const isExpected = asked.wanted.size > 0 || asked.late.isOpen();
    // Nobody's hash is worth computing when the peer was asked for nothing.
    if (!isExpected || !isSha256Prefix(prefix)) return onUnasked(asked.peer);
    const block = new Uint8Array(data);
    const key = base32.encode(sha256Of(block));
    const wanted = asked.wanted.get(key);
    if (wanted === undefined) return asked.late.has(key) ? undefined : refuse(asked);
    forget(asked, key);
    if (block.length > contentLimits.blockBytes) {
      const error = tooLarge(block.length);
      return settle(wanted.waiters, ({ reject }) => reject(error));
    }
    onReceived(block.length);
    settle(wanted.waiters, ({ resolve }) => resolve(block));
  }

  /** Nobody wanted it. Where only one block is wanted of the peer, it was meant to be that one. */
  function refuse(asked: Asked): void {
    onUnasked(asked.peer);
    if (asked.wanted.size === 1) {
      failAll(asked, new UnavailableError("The peer sent another block."));
    }
  }

  function note(asked: Asked, cid: CID, has: boolean): void {
    const key = keyOf(cid);
    const wanted = asked.wanted.get(key);
    if (wanted === undefined) return;
    const told = [...wanted.waiters].filter(({ kind }) => !has || kind === "have");
    for (const waiter of told) {
      wanted.waiters.delete(waiter);
      waiter.resolve(has ? "has" : null);
    }
    if (wanted.waiters.size > 0) return;
    forget(asked, key);
    // Kubo would remember the want, and send the block when it gets it.
    asked.outgoing.set(key, { cid, kind: "cancel", tellMissing: false });
    if (asked.outgoing.size > CANCELS_WAITING && !asked.sending) void flush(asked);
  }

  return {
    async block(peer, cid, call) {
      const answer = await ask(peer, cid, "block", call);
      return answer === "has" ? null : answer;
    },

    has: async (peer, cid, call) => await ask(peer, cid, "have", call) !== null,

    expects(peer) {
      const asked = peers.get(peer.toString());
      return asked !== undefined && (asked.wanted.size > 0 || asked.late.isOpen());
    },

    receive(peer, { blocks, presences }) {
      const asked = peers.get(peer.toString());
      if (asked === undefined) return blocks.forEach(() => onUnasked(peer));
      for (const { cid, has } of presences) if (isHashed(cid)) note(asked, cid, has);
      for (const block of blocks) take(asked, block);
    },

    drop(peer) {
      const asked = peers.get(peer.toString());
      peers.delete(peer.toString());
      if (asked !== undefined) failAll(asked, new UnavailableError("The peer has left."));
    },
  };
}

function tooLarge(size: number): OutboundError {
  return new OutboundError(`It is larger than ${contentLimits.blockBytes} bytes: ${size}.`, {
    reason: "too-large",
  });
}
