import { UnavailableError } from "./errors.ts";

/** Work that concurrent callers want done once. */
export interface Shared<T> {
  /** The work under way for the key, or the given work begun now. Rejects when too much is under way. */
  run(key: string, work: () => Promise<T>): Promise<T>;
}

/** `limit`: how much may be under way, so that a flood of different keys cannot exhaust the process. */
export function createShared<T>(limit: number): Shared<T> {
  const running = new Map<string, Promise<T>>();

  return {
    run(key, work) {
      const started = running.get(key);
      if (started !== undefined) return started;
      if (running.size >= limit) return Promise.reject(overloaded(limit));
      const promise = work().finally(() => running.delete(key));
      running.set(key, promise);
      return promise;
    },
  };
}

/** Too much of one kind is under way; nothing is known about the one that was asked for. */
export function overloaded(limit: number): UnavailableError {
  return new UnavailableError(`${limit} names are being looked for already.`, {
    remedy: "Try again in a moment.",
  });
}
