import { OurSpaceError } from "../../schemas/errors.ts";
import type { Call } from "../../resolver/contracts.ts";
import { EngineFault, startXsltInstance, type XsltInstance } from "./xslt_instance.ts";

/**
 * A transformation that failed:
 * - `busy`: too many wait already; try again later;
 * - `timeout`: the transformation did not end in time;
 * - `too-large`: the document is larger than the engine accepts;
 * - `fault`: the engine refused the document, made too much of it, or broke;
 * - `closed`: the engine was closed.
 */
export class XsltError extends OurSpaceError {
  override name = "XsltError";
  readonly reason: "busy" | "timeout" | "too-large" | "fault" | "closed";

  constructor(
    message: string,
    options: { reason: XsltError["reason"]; remedy?: string; cause?: unknown },
  ) {
    super(message, options);
    this.reason = options.reason;
  }
}

/** Applies one stylesheet to documents, outside of the main thread. */
export interface XsltEngine {
  /** The result in UTF-8. Throws XsltError, or the signal's reason. */
  transform(xml: Uint8Array, call: Call): Promise<Uint8Array<ArrayBuffer>>;
  /** Ends the worker and fails what waits. */
  close(): void;
}

export interface XsltOptions {
  /** XSLT 1.0. */
  readonly stylesheet: string;
  /** For one transformation, milliseconds. 1,000 whole posts take about 50. */
  readonly transformDeadline?: number;
  /** For loading the engine, milliseconds. */
  readonly startDeadline?: number;
  /** Bytes. */
  readonly maxInput?: number;
  /** Bytes. */
  readonly maxOutput?: number;
  /** How many transformations may wait for their turn. */
  readonly maxWaiting?: number;
  /** Milliseconds without work after which the worker ends: it holds memory and keeps the process alive. */
  readonly idleTime?: number;
}

const MEBIBYTE = 2 ** 20;

/**
 * The engine starts at the first transformation and works through them one by one. After a fault, a
 * timeout or an abort its worker is replaced, because libxslt's state may be corrupt: output of the same
 * instance was seen to lose its escaping after runaway recursion. A fault of an instance that had worked
 * before may be such a late effect, so that document is tried once more on a fresh one.
 */
export function createXsltEngine(options: XsltOptions): XsltEngine {
  const {
    stylesheet,
    transformDeadline = 2_000,
    startDeadline = 10_000,
    maxInput = 32 * MEBIBYTE,
    maxOutput = 64 * MEBIBYTE,
    maxWaiting = 64,
    idleTime = 30_000,
  } = options;
  const closing = new AbortController();
  let instance: XsltInstance | null = null;
  let idleTimer: ReturnType<typeof setTimeout> | undefined;
  let waiting = 0;
  let lastTurn: Promise<void> = Promise.resolve();

  function drop(): void {
    clearTimeout(idleTimer);
    instance?.close();
    instance = null;
  }

  async function attempt(xml: Uint8Array, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    try {
      instance ??= await within(startDeadline, signal, (s) => startXsltInstance(stylesheet, s));
      const running = instance;
      return await within(transformDeadline, signal, (s) => running.transform(xml, maxOutput, s));
    } catch (error) {
      drop();
      throw error;
    }
  }

  async function run(xml: Uint8Array, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    clearTimeout(idleTimer);
    const used = instance !== null;
    try {
      return await attempt(xml, signal).catch((error) => {
        if (used && error instanceof EngineFault) return attempt(xml, signal);
        throw error;
      });
    } catch (error) {
      if (!(error instanceof EngineFault)) throw error;
      throw new XsltError("The page could not be made from the feed.", {
        reason: "fault",
        cause: error,
      });
    } finally {
      if (instance !== null) idleTimer = setTimeout(drop, idleTime);
    }
  }

  return {
    async transform(xml, call) {
      const signal = AbortSignal.any([call.signal, closing.signal]);
      signal.throwIfAborted();
      if (xml.byteLength > maxInput) {
        throw new XsltError(`The feed is too large for a page: ${xml.byteLength} bytes.`, {
          reason: "too-large",
          remedy: "Subscribe to it in a feed reader instead.",
        });
      }
      if (waiting >= maxWaiting) {
        throw new XsltError("Too many pages are being made at once.", {
          reason: "busy",
          remedy: "Try again in a few seconds.",
        });
      }
      const before = lastTurn;
      const turn = Promise.withResolvers<void>();
      lastTurn = turn.promise;
      waiting++;
      try {
        await abortable(before, signal);
        return await run(xml, signal);
      } finally {
        waiting--;
        void before.then(turn.resolve);
      }
    },
    close() {
      closing.abort(new XsltError("The page engine was closed.", { reason: "closed" }));
      drop();
    },
  };
}

/** Runs a step with its own deadline; whoever ends it first gives the reason. */
async function within<T>(
  milliseconds: number,
  signal: AbortSignal,
  step: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const timer = setTimeout(() => {
    deadline.abort(
      new XsltError(`The page was not made within ${milliseconds} ms.`, {
        reason: "timeout",
        remedy: "Subscribe to the feed in a feed reader instead.",
      }),
    );
  }, milliseconds);
  try {
    return await step(AbortSignal.any([signal, deadline.signal]));
  } finally {
    clearTimeout(timer);
  }
}

function abortable(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  return Promise.race([promise, aborted]).finally(() => {
    signal.removeEventListener("abort", onAbort);
  });
}
