import { abortable, type Alarm } from "../deadline.ts";
import { OutboundError } from "../errors.ts";
import { Patience } from "./patience.ts";

/**
 * One request's time: its signal ends everything that works for it, whether the caller gave up, the
 * deadline passed, the other side fell silent, or a limit was broken.
 */
export class Lifetime {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal;
  readonly #host: string;
  readonly #stopDeadline: () => void;
  readonly #patience = new Patience(() => this.#timeOut("fell silent"));
  readonly #abandon = () => this.abort(this.#caller.reason);

  constructor(caller: AbortSignal, host: string, timeoutMilliseconds: number, alarm: Alarm) {
    this.#caller = caller;
    this.#host = host;
    this.#stopDeadline = alarm(timeoutMilliseconds, () => this.#timeOut("was too slow"));
    caller.addEventListener("abort", this.#abandon);
    if (caller.aborted) this.#abandon();
  }

  /** Its reason is what the caller of the request is to be told. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Waits for a piece of the answer, one at a time, but no longer than its milliseconds and not beyond the end.
   * Throws the signal's reason, or OutboundError `connection` with what went wrong as its cause.
   */
  async within<T>(milliseconds: number, piece: Promise<T>): Promise<T> {
    this.#patience.begin(milliseconds);
    try {
      const result = await abortable(piece, this.signal);
      // Ending a request can look to its reader like the end of the body.
      this.signal.throwIfAborted();
      return result;
    } catch (cause) {
      throw this.signal.aborted ? this.signal.reason : this.#named(cause);
    } finally {
      this.#patience.pause();
    }
  }

  /** Ends the request with an error. */
  abort(reason: unknown): void {
    this.end();
    this.#controller.abort(reason);
  }

  /** Nothing is awaited any longer. */
  end(): void {
    this.#stopDeadline();
    this.#patience.stop();
    this.#caller.removeEventListener("abort", this.#abandon);
  }

  #timeOut(what: string): void {
    this.abort(new OutboundError(`${this.#host} ${what}.`, { reason: "timeout" }));
  }

  #named(cause: unknown): OutboundError {
    if (cause instanceof OutboundError) return cause;
    return new OutboundError(`The exchange with ${this.#host} failed.`, {
      reason: "connection",
      cause,
    });
  }
}
