import type { Call } from "./contracts.ts";
import { abortable } from "./deadline.ts";
import { UnavailableError } from "./errors.ts";

/** Work that concurrent callers want done once. */
export interface Shared<T> {
  /**
   * The work under way for the key, or the given work begun now. When too much is under way, the oldest
   * makes room: its signal aborts, and its callers get an UnavailableError.
   */
  run(key: string, work: (call: Call) => Promise<T>): Promise<T>;
}

/**
 * `limit`: how much may be under way, so that a flood of different keys cannot exhaust the process. It is
 * not the newest that is refused, because then a flood of what takes its whole deadline (names whose
 * servers are silent) would lock out everybody else, whose work takes a moment.
 */
export function createShared<T>(limit: number): Shared<T> {
  const running = new Map<string, { promise: Promise<T>; controller: AbortController }>();

  return {
    run(key, work) {
      const started = running.get(key);
      if (started !== undefined) return started.promise;
      if (running.size >= limit) endOldest(running, limit);
      const controller = new AbortController();
      const { signal } = controller;
      const promise = abortable(work({ signal }), signal).finally(() => {
        if (running.get(key)?.controller === controller) running.delete(key);
      });
      running.set(key, { promise, controller });
      return promise;
    },
  };
}

/** A Map keeps the order of insertion: its first entry was begun first. */
function endOldest(
  running: Map<unknown, { controller: AbortController }>,
  limit: number,
): void {
  for (const [key, { controller }] of running) {
    running.delete(key);
    return controller.abort(overloaded(limit));
  }
}

/** Too much of one kind is under way; nothing is known about the one that was asked for. */
function overloaded(limit: number): UnavailableError {
  return new UnavailableError(`${limit} names are being looked for already.`, {
    remedy: "Try again in a moment.",
  });
}
