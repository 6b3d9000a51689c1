import { type Identity, identityKey } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Clock } from "../contracts.ts";
import { type Alarm, deadline } from "../deadline.ts";
import { PointerRefusedError } from "../errors.ts";
import type { DuePointer, PointerStore } from "../node/node.ts";
import type { Verifier } from "../verify.ts";
import { type NetworkPut, type PointerNetwork, REPLICATION } from "./network.ts";
import { nextTurn } from "./next_turn.ts";

/** Finding the closest nodes and handing it to each, some of which may not answer. */
const PUT_MILLISECONDS = 30_000;

/** After a failure; doubled by each further one. */
const FIRST_RETRY_MILLISECONDS = 60_000;
const LAST_RETRY_MILLISECONDS = 3_600_000;

/** Failing pointers whose failures are counted, some 200 bytes each; the next one starts all anew. */
const MAX_FAILING = 10_000;

/** What nobody has asked for in this time is left to those who are closest to it; milliseconds. */
const UNASKED_MILLISECONDS = 48 * 3_600_000;

/**
 * So many of the closest nodes must have confirmed a pointer before it is given up here: if every
 * second node vanished the next moment, one pointer in a thousand would be gone with them.
 */
const CONFIRMED_BEFORE_SWEEP = 10;

/** What a turn works with. */
export interface PutTurnOptions {
  readonly pointers: PointerStore;
  readonly network: PointerNetwork;
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly alarm: Alarm;
  /** Whose pointers the operator does not pass on; nobody's unless given. */
  readonly refuses?: (identity: Identity) => boolean;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly signal: AbortSignal;
  readonly report: (problem: unknown) => void;
}

/**
 * Puts a pointer whose turn has come into the network, and settles when it is due again, or that it is
 * not held here any longer. Throws UnavailableError when the store fails.
 */
export type PutTurn = (due: DuePointer) => Promise<void>;

/** Remembers how often each pointer failed in a row. */
export function createPutTurn(options: PutTurnOptions): PutTurn {
  const { pointers, network, verifier, clock, alarm, random, signal, report } = options;
  const { refuses = () => false } = options;
  const failures = new Map<string, number>();

  async function verified(due: DuePointer): Promise<VerifiedPointer | null> {
    try {
      return await verifier.verify(due.bytes, due.identity);
    } catch (error) {
      if (!(error instanceof PointerRefusedError)) throw error;
      // Wrong by now, though it was right when it was stored: this machine's clock, or its disk.
      if (error.reason !== "not-valid-yet") report(error);
      return null;
    }
  }

  async function put(pointer: VerifiedPointer): Promise<NetworkPut | null> {
    using limit = deadline(PUT_MILLISECONDS, { parent: signal, alarm });
    try {
      return await network.put(pointer, { signal: limit.signal });
    } catch (error) {
      if (!limit.signal.aborted) report(error);
      return null;
    }
  }

  /** Who refuses a pointer may hold a greater one, of which nobody has told this node. */
  async function learnGreater({ identity }: DuePointer): Promise<void> {
    using limit = deadline(PUT_MILLISECONDS, { parent: signal, alarm });
    try {
      for await (const { peer, bytes } of network.lookUp(identity, { signal: limit.signal })) {
        if (bytes === undefined) continue;
        const found = await verifier.verify(bytes, identity);
        pointers.put(found, { kind: "stranger", key: `peer:${peer}` });
      }
    } catch (error) {
      if (!limit.signal.aborted) report(error);
    }
  }

  /** False when another pointer took its place meanwhile: that one has a turn of its own. */
  function isStillHeld({ identity, bytes }: DuePointer): boolean {
    const held = pointers.get(identity);
    return held !== null && held.length === bytes.length &&
      held.every((byte, index) => byte === bytes[index]);
  }

  function retryLater(due: DuePointer): void {
    const key = identityKey(due.identity);
    if (failures.size >= MAX_FAILING) failures.clear();
    const failed = failures.get(key) ?? 0;
    failures.set(key, failed + 1);
    const longest = Math.min(FIRST_RETRY_MILLISECONDS * 2 ** failed, LAST_RETRY_MILLISECONDS);
    pointers.schedule.postpone(due.identity, clock() + longest * (0.5 + random() / 2));
  }

  /**
   * A walk on which most nodes were silent, this one perhaps too busy to hear them, ends at a few that
   * need not be the closest: then less than half of those were asked who could have been.
   */
  function wasCutShort({ confirmed, failed }: NetworkPut): boolean {
    return 2 * (confirmed + failed) < Math.min(REPLICATION, network.status().routingTable);
  }

  /** At the second turn at the earliest: who has just handed it over here finds it here. */
  function isOthersBusiness(due: DuePointer, { confirmed, among }: NetworkPut): boolean {
    return !due.kept && !among && due.refreshedAt > 0 && confirmed >= CONFIRMED_BEFORE_SWEEP &&
      clock() - due.askedAt > UNASKED_MILLISECONDS;
  }

  return async (due) => {
    if (refuses(due.identity)) {
      return pointers.schedule.postpone(due.identity, nextTurn(clock(), random));
    }
    const pointer = await verified(due);
    const outcome = pointer === null ? null : await put(pointer);
    if (outcome !== null && outcome.confirmed === 0 && outcome.failed > 0) await learnGreater(due);
    if (signal.aborted || !isStillHeld(due)) return;
    if (outcome === null || outcome.confirmed === 0 || wasCutShort(outcome)) return retryLater(due);
    failures.delete(identityKey(due.identity));
    if (isOthersBusiness(due, outcome) && pointers.schedule.drop(due)) return;
    const now = clock();
    pointers.schedule.postpone(due.identity, nextTurn(now, random), now);
  };
}
