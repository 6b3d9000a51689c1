import type { Call } from "./contracts.ts";
import { abortable } from "./deadline.ts";
import { overloaded } from "./overloaded.ts";

/** Work that concurrent callers want done once. */
export interface SingleFlight<T> {
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
export function createSingleFlight<T>(limit: number): SingleFlight<T> {
  const running = new Map<string, { promise: Promise<T>; controller: AbortController }>();

  function makeRoom(): void {
    // A Map keeps the order of insertion: its first entry was begun first.
    const [oldest] = running;
    if (oldest === undefined || running.size < limit) return;
    const [key, { controller }] = oldest;
    running.delete(key);
    controller.abort(overloaded());
  }

  return {
    run(key, work) {
      const started = running.get(key);
      if (started !== undefined) return started.promise;
      makeRoom();
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
