import type { Call } from "../contracts.ts";
import { abortable } from "../deadline.ts";

/** Lets so many pieces of work go on at the same time; the others wait in their order. */
export interface Slots {
  /** Throws the signal's reason when it aborts while the work waits, and what the work throws. */
  run<T>(work: () => Promise<T>, call: Call): Promise<T>;
}

/** `count` at the same time. */
export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;

  async function enter({ signal }: Call): Promise<void> {
    signal.throwIfAborted();
    if (free > 0) return void (free -= 1);
    const { promise, resolve } = Promise.withResolvers<void>();
    waiting.push(resolve);
    try {
      await abortable(promise, signal);
    } catch (error) {
      const place = waiting.indexOf(resolve);
      // Its turn had come in the same moment: it is the next one's.
      if (place < 0) leave();
      else waiting.splice(place, 1);
      throw error;
    }
  }

  function leave(): void {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  }

  return {
    async run(work, call) {
      await enter(call);
      try {
        return await work();
      } finally {
        leave();
      }
    },
  };
}
