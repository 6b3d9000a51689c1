import { identityKey } from "../../schemas/identity.ts";
import type { DuePointer, Node } from "../node/node.ts";
import { createPutTurn, type PutTurnOptions } from "./put_turn.ts";

/** Each put is a walk through the network: 20 to 60 messages. */
const AT_ONCE = 4;

/** What is put again is spread over half the interval, so that a million pointers are no burst. */
const SPREAD_MILLISECONDS = 6 * 3_600_000;
const LONGEST_GAP_MILLISECONDS = 1_000;

/** Between two looks whether there is anybody in the network to put to. */
const ALONE_MILLISECONDS = 5_000;

/** After the store failed. */
const BROKEN_MILLISECONDS = 60_000;

/** The longest sleep, so that a clock that was set is noticed. */
const LONGEST_SLEEP_MILLISECONDS = 3_600_000;

export interface RepublishOptions extends Omit<PutTurnOptions, "pointers"> {
  readonly node: Pick<Node, "pointers">;
}

/**
 * Keeps the held pointers in the network: new ones are put at once, the others again when their turn
 * comes, until the signal aborts. Resolves when the last put has ended; never rejects.
 */
export async function startRepublishing(options: RepublishOptions): Promise<void> {
  const { node: { pointers }, network, clock, alarm, signal, report } = options;
  const turn = createPutTurn({ ...options, pointers });
  const running = new Map<string, Promise<void>>();
  let nextPutAgainAt = 0;
  let brokenUntil = 0;
  let wake = () => {};

  /** Until something is stored, a put has ended, it is over, or so much time has passed. */
  async function sleep(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    const cancel = alarm(Math.min(milliseconds, LONGEST_SLEEP_MILLISECONDS), resolve);
    if (signal.aborted) resolve();
    await promise;
    cancel();
  }

  function start(due: DuePointer): void {
    const key = identityKey(due.identity);
    const work = turn(due).catch(broken).finally(() => {
      running.delete(key);
      wake();
    });
    running.set(key, work);
  }

  function broken(problem: unknown): void {
    brokenUntil = clock() + BROKEN_MILLISECONDS;
    if (!signal.aborted) report(problem);
  }

  /** How long until then; 0 when it is over, or further away than it can be: the clock was set back. */
  function remaining(until: number, longest: number): number {
    const left = until - clock();
    return left > longest ? 0 : Math.max(0, left);
  }

  /** The next one to put, or how long there is nothing to do, milliseconds. */
  function next(): DuePointer | number {
    const now = clock();
    const mending = remaining(brokenUntil, BROKEN_MILLISECONDS);
    if (mending > 0) return mending;
    if (running.size >= AT_ONCE) return Infinity;
    const due = pointers.schedule.due(now, running.size + 1)
      .find(({ identity }) => !running.has(identityKey(identity)));
    if (due === undefined) {
      const at = pointers.schedule.nextDueAt();
      // What is due already is being put: its end wakes us.
      return at === null || at <= now ? Infinity : at - now;
    }
    if (network.status().routingTable === 0) return ALONE_MILLISECONDS;
    if (due.refreshedAt === 0) return due;
    const gap = remaining(nextPutAgainAt, LONGEST_GAP_MILLISECONDS);
    if (gap > 0) return gap;
    nextPutAgainAt = now +
      Math.min(LONGEST_GAP_MILLISECONDS, SPREAD_MILLISECONDS / pointers.count());
    return due;
  }

  const awake = () => wake();
  const stopListening = pointers.onStored(awake);
  signal.addEventListener("abort", awake);
  while (!signal.aborted) {
    try {
      const todo = next();
      if (typeof todo === "number") await sleep(todo);
      else start(todo);
    } catch (error) {
      broken(error);
    }
  }
  signal.removeEventListener("abort", awake);
  stopListening();
  await Promise.all(running.values());
}
