import type { Call } from "../../resolver/contracts.ts";
import { abortable } from "../../resolver/deadline.ts";
import { overloaded } from "../../resolver/overloaded.ts";

/** The memory for documents that are being made feeds of, of all together. */
export interface DocumentRoom {
  /**
   * Reads a document of so many bytes as soon as there is room for it. Throws UnavailableError when too much
   * waits, the signal's reason, and what the work throws.
   */
  run<T>(bytes: number, work: () => Promise<T>, call: Call): Promise<T>;
}

/** Bytes of documents; what they are read into takes some seven times as much. */
export interface DocumentRoomLimits {
  /** Ordinary feeds are read at once, whatever else is. */
  readonly small: number;
  readonly reading: number;
  /** When more than that waits, the largest that waits has to leave. */
  readonly waiting: number;
}

const KIBIBYTE = 1024;
const MEBIBYTE = 1024 * KIBIBYTE;

/**
 * Three of the largest feeds are read at the same time. Eight of them took 0.8 GB, as many as may be fetched
 * at the same time would take 20; one after the other they are not read more slowly.
 */
const LIMITS: DocumentRoomLimits = {
  small: 128 * KIBIBYTE,
  reading: 36 * MEBIBYTE,
  waiting: 64 * MEBIBYTE,
};

interface Waiting extends PromiseWithResolvers<void> {
  readonly bytes: number;
  isIn: boolean;
}

export function createDocumentRoom(limits: DocumentRoomLimits = LIMITS): DocumentRoom {
  /** In the order in which they came. */
  const queue = new Set<Waiting>();
  let reading = 0;
  let waiting = 0;

  function fits(bytes: number): boolean {
    return reading === 0 || reading + bytes <= limits.reading;
  }

  function leaveQueue(one: Waiting): void {
    if (queue.delete(one)) waiting -= one.bytes;
  }

  function leave(bytes: number): void {
    reading -= bytes;
    for (const next of queue) {
      if (!fits(next.bytes)) continue;
      leaveQueue(next);
      reading += next.bytes;
      next.isIn = true;
      next.resolve();
    }
  }

  function shortenQueue(): void {
    while (waiting > limits.waiting) {
      const largest = [...queue].reduce((a, b) => a.bytes >= b.bytes ? a : b);
      leaveQueue(largest);
      largest.reject(overloaded());
    }
  }

  async function enter(bytes: number, { signal }: Call): Promise<void> {
    signal.throwIfAborted();
    if (fits(bytes)) return void (reading += bytes);
    const one: Waiting = { bytes, isIn: false, ...Promise.withResolvers<void>() };
    queue.add(one);
    waiting += bytes;
    const entered = abortable(one.promise, signal);
    shortenQueue();
    try {
      await entered;
    } catch (error) {
      leaveQueue(one);
      // Its turn had come in the same moment.
      if (one.isIn) leave(bytes);
      throw error;
    }
  }

  return {
    async run(bytes, work, call) {
      if (bytes <= limits.small) return await work();
      await enter(bytes, call);
      try {
        return await work();
      } finally {
        leave(bytes);
      }
    },
  };
}
