/** The longest that a visitor's request may take, from the name to the last step; milliseconds. */
export const REQUEST_MILLISECONDS = 10_000;

/**
 * Runs something once, after so many milliseconds, unless the function that it returns is called
 * before. It is passed in wherever time matters, so that tests can turn the hands themselves.
 */
export type Alarm = (milliseconds: number, run: () => void) => () => void;

/** The machine's own timers. */
export const systemAlarm: Alarm = (milliseconds, run) => {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
};

/** A signal that aborts by itself. Disposing of it stops the timer and lets go of the parent. */
export interface Deadline extends Disposable {
  readonly signal: AbortSignal;
}

/**
 * A signal that aborts with a `TimeoutError` after so many milliseconds, or with the parent's reason
 * when the parent aborts first. Meant for `using`: unlike `AbortSignal.any`, nothing of it stays
 * behind on a parent that lives long.
 */
export function deadline(
  milliseconds: number,
  options: { parent?: AbortSignal; alarm?: Alarm } = {},
): Deadline {
  const { parent, alarm = systemAlarm } = options;
  const controller = new AbortController();
  const follow = () => end(parent?.reason);
  const cancel = alarm(milliseconds, () => end(timeout(milliseconds)));

  function release(): void {
    cancel();
    parent?.removeEventListener("abort", follow);
  }
  function end(reason: unknown): void {
    release();
    controller.abort(reason);
  }

  if (parent?.aborted) follow();
  else parent?.addEventListener("abort", follow);
  return { signal: controller.signal, [Symbol.dispose]: release };
}

/** True for the reason of a signal that a deadline aborted, false for a caller who left. */
export function isTimeout(reason: unknown): boolean {
  return reason instanceof DOMException && reason.name === "TimeoutError";
}

/**
 * The work's own outcome, or the signal's reason as soon as it aborts. The work is not stopped by
 * this; what it does afterwards is ignored, a rejection included.
 */
export function abortable<T>(work: PromiseLike<T>, signal: AbortSignal): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const abort = () => reject(signal.reason);
  const release = () => signal.removeEventListener("abort", abort);

  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort);
  work.then(
    (value) => (release(), resolve(value)),
    (error) => (release(), reject(error)),
  );
  return promise;
}

function timeout(milliseconds: number): DOMException {
  return new DOMException(`Nothing came within ${milliseconds / 1_000} s.`, "TimeoutError");
}
