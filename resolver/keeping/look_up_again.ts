import type { Identity } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call, Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import type { Node } from "../node/node.ts";
import { unlessUnavailable } from "../node/unless_unavailable.ts";
import { pause } from "../peers/pause.ts";
import type { Slots } from "./slots.ts";

/** Asks everybody for an identity's newest pointer. */
export type LookUp = (identity: Identity, call: Call) => Promise<VerifiedPointer>;

/** What looking somebody up again works with. */
export interface LookUpAgainOptions extends Call {
  readonly node: Pick<Node, "pointers">;
  readonly lookUp: LookUp;
  /** Look-ups at the same time, of all who are followed. */
  readonly lookUps: Slots;
  /** Told how each ended; `checkedAt` in milliseconds since 1970. */
  readonly note: (outcome: { checkedAt?: number; lookUpProblem: string }) => void;
  readonly clock: Clock;
  readonly alarm: Alarm;
  /** Numbers from 0 to 1. */
  readonly random: () => number;
}

const PERIOD_MILLISECONDS = 10 * 60_000;
/** After a start: many are not looked up in the same moment. */
const FIRST_WITHIN_MILLISECONDS = 60_000;

/**
 * Looks somebody who is followed up every ten minutes or so, and stores what is found, until the signal
 * aborts. Never rejects.
 */
export async function lookUpAgain(identity: Identity, options: LookUpAgainOptions): Promise<void> {
  const { node: { pointers }, lookUp, lookUps, note, clock, random, signal } = options;

  async function once(): Promise<void> {
    try {
      pointers.put(await lookUp(identity, { signal }), { kind: "followed" });
      note({ checkedAt: clock(), lookUpProblem: "" });
    } catch (error) {
      signal.throwIfAborted();
      note({ lookUpProblem: error instanceof Error ? error.message : String(error) });
    }
  }

  try {
    // Of whom nothing is known is asked at once; a disk that fails does not say so.
    const isKnown = unlessUnavailable(() => pointers.get(identity)) !== null;
    if (isKnown) await pause(random() * FIRST_WITHIN_MILLISECONDS, options);
    for (;;) {
      await lookUps.run(once, { signal });
      await pause(PERIOD_MILLISECONDS * (0.9 + random() / 5), options);
    }
  } catch {
    // The signal has aborted.
  }
}
