/**
 * Notices that what is waited for does not come. One timer serves all the waits of a request: a film
 * comes in thousands of pieces, and starting and stopping a timer for each took 4 µs.
 */
export class Patience {
  readonly #onSilence: () => void;
  /** When it runs out, on the clock of `performance.now()`; `Infinity` while nothing is waited for. */
  #end = Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looksAt = Infinity;
  #isOver = false;

  constructor(onSilence: () => void) {
    this.#onSilence = onSilence;
  }

  /** A wait of at most so many milliseconds begins. */
  begin(milliseconds: number): void {
    if (this.#isOver) return;
    this.#end = performance.now() + milliseconds;
    // An earlier look finds out that there is still time.
    if (this.#looksAt > this.#end) this.#lookIn(milliseconds);
  }

  /** It has come. */
  pause(): void {
    this.#end = Infinity;
  }

  /** Nothing is waited for any more. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#isOver = true;
  }

  #lookIn(milliseconds: number): void {
    clearTimeout(this.#timer);
    this.#looksAt = performance.now() + milliseconds;
    this.#timer = setTimeout(() => this.#look(), milliseconds);
  }

  #look(): void {
    this.#looksAt = Infinity;
    const left = this.#end - performance.now();
    if (left <= 0) this.#onSilence();
    else if (left < Infinity) this.#lookIn(left);
  }
}
