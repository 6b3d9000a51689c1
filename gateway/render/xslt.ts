import type { Call } from "../../resolver/contracts.ts";
import { abortable, deadline } from "../../resolver/deadline.ts";
import { OurSpaceError } from "../../schemas/errors.ts";
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

/** The stylesheet, and what a transformation may cost. */
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
  /** How many transformations may be under way, those that wait for their turn included. */
  readonly maxUnderWay?: number;
  /** After so many milliseconds without work the worker ends: it keeps memory and the process. */
  readonly idleTime?: number;
}

const MEBIBYTE = 2 ** 20;

/**
 * The engine starts at the first transformation and works through them one by one. After a fault, a
 * timeout or an abort its worker is replaced, because libxslt's state may be corrupt: the same instance
 * was seen to forget escaping after a runaway recursion. A fault of an instance that had worked before
 * may be such a late effect, so that document is tried once more on a fresh one.
 */
export function createXsltEngine(options: XsltOptions): XsltEngine {
  const {
    stylesheet,
    transformDeadline = 2_000,
    startDeadline = 10_000,
    maxInput = 32 * MEBIBYTE,
    maxOutput = 64 * MEBIBYTE,
    maxUnderWay = 256,
    idleTime = 30_000,
  } = options;
  let closed = false;
  let instance: XsltInstance | null = null;
  let idleTimer: ReturnType<typeof setTimeout> | undefined;
  let underWay = 0;
  let lastTurn: Promise<void> = Promise.resolve();

  function drop(): void {
    clearTimeout(idleTimer);
    instance?.close();
    instance = null;
  }

  async function attempt(xml: Uint8Array, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    try {
      instance ??= await within(startDeadline, signal, (s) => startXsltInstance(stylesheet, s));
      if (closed) throw closedError();
      const running = instance;
      return await within(transformDeadline, signal, (s) => running.transform(xml, maxOutput, s));
    } catch (error) {
      drop();
      throw closed ? closedError() : error;
    }
  }

  async function run(xml: Uint8Array, signal: AbortSignal): Promise<Uint8Array<ArrayBuffer>> {
    if (closed) throw closedError();
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
    async transform(xml, { signal }) {
      if (xml.byteLength > maxInput) {
        throw new XsltError(`The feed is too large for a page: ${xml.byteLength} bytes.`, {
          reason: "too-large",
          remedy: "Subscribe to it in a feed reader instead.",
        });
      }
      if (underWay >= maxUnderWay) {
        throw new XsltError("Too many pages are being made at once.", {
          reason: "busy",
          remedy: "Try again in a few seconds.",
        });
      }
      const before = lastTurn;
      const turn = Promise.withResolvers<void>();
      lastTurn = turn.promise;
      underWay++;
      try {
        await abortable(before, signal);
        return await run(xml, signal);
      } finally {
        underWay--;
        void before.then(turn.resolve);
      }
    },
    close() {
      closed = true;
      drop();
    },
  };
}

function closedError(): XsltError {
  return new XsltError("The page engine was closed.", { reason: "closed" });
}

/** Runs a step that has a deadline of its own beside the caller's signal. */
async function within<T>(
  milliseconds: number,
  signal: AbortSignal,
  step: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  using limit = deadline(milliseconds, { parent: signal });
  try {
    return await step(limit.signal);
  } catch (error) {
    if (!limit.signal.aborted || signal.aborted) throw error;
    throw new XsltError("The page was not made in time.", {
      reason: "timeout",
      remedy: "Subscribe to the feed in a feed reader instead.",
      cause: error,
    });
  }
}
