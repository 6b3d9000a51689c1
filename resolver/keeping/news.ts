import type { Call } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";

/** That something has changed, for somebody who works and rests in turn. */
export interface News {
  /** Whether some has come since it was last taken. */
  readonly hasCome: boolean;
  /** Ends the rest, or the work that heeds `signal`. */
  come(): void;
  take(): void;
  /** A signal that aborts when the next news comes, or the whole ends. */
  signal(): AbortSignal;
  /** Resolves after so long, at once when there is news, and when the whole ends. */
  rest(milliseconds: number): Promise<void>;
}

/** Until the signal aborts. */
export function createNews({ alarm, signal }: Call & { readonly alarm: Alarm }): News {
  let hasCome = false;
  let wake = () => {};
  let working = new AbortController();
  signal.addEventListener("abort", () => wake());

  return {
    get hasCome() {
      return hasCome;
    },
    come() {
      hasCome = true;
      working.abort();
      wake();
    },
    take() {
      hasCome = false;
    },
    signal() {
      working = new AbortController();
      if (hasCome) working.abort();
      return AbortSignal.any([signal, working.signal]);
    },
    async rest(milliseconds) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      if (hasCome || signal.aborted) resolve();
      const cancel = alarm(milliseconds, resolve);
      await promise;
      cancel();
    },
  };
}
