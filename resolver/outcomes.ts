/** Work that goes on at the same time, and its outcomes in the order in which they come. */
export interface Outcomes<T> {
  /** The work must not reject. */
  add(work: Promise<T>): void;
  /** Null: nothing goes on any longer. More may be added afterwards. */
  next(): Promise<T | null>;
}

export function createOutcomes<T>(): Outcomes<T> {
  const ended: T[] = [];
  let running = 0;
  let wake = () => {};

  return {
    add(work) {
      running += 1;
      work.then((outcome) => {
        running -= 1;
        ended.push(outcome);
        wake();
      });
    },
    async next() {
      while (ended.length === 0) {
        if (running === 0) return null;
        const { promise, resolve } = Promise.withResolvers<void>();
        wake = resolve;
        await promise;
      }
      return ended.shift() ?? null;
    },
  };
}
