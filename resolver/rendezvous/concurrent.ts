/** What several streams give, as it comes. Ends when all have ended; the first failure ends it. */
export async function* merge<T>(streams: readonly AsyncIterable<T>[]): AsyncGenerator<T> {
  const iterators = streams.map((stream) => stream[Symbol.asyncIterator]());
  const waiting = new Map(iterators.map((iterator) => [iterator, step(iterator)]));
  try {
    while (waiting.size > 0) {
      const { iterator, result } = await Promise.race(waiting.values());
      if (result.done) {
        waiting.delete(iterator);
        continue;
      }
      waiting.set(iterator, step(iterator));
      yield result.value;
    }
  } finally {
    leave(waiting.keys());
  }
}

/**
 * Does the work for each input, for at most `limit` at a time, and gives the results as they come.
 * Inputs are asked for only when there is room. The first failure ends it.
 */
export async function* mapConcurrently<T, R>(
  inputs: AsyncIterable<T>,
  limit: number,
  work: (input: T) => Promise<R>,
): AsyncGenerator<R> {
  const iterator = inputs[Symbol.asyncIterator]();
  const running = new Set<Promise<() => R>>();
  let next: Promise<IteratorResult<T> | null> | null = null;
  let ended = false;
  try {
    while (!ended || running.size > 0) {
      if (!ended && running.size < limit) next ??= iterator.next();
      const event: IteratorResult<T> | (() => R) | null = await Promise.race([
        ...running,
        ...(next === null ? [] : [next]),
      ]);
      if (typeof event === "function") {
        yield event();
        continue;
      }
      next = null;
      if (event === null || event.done) {
        ended = true;
        continue;
      }
      const task: Promise<() => R> = work(event.value).then((result) => () => {
        running.delete(task);
        return result;
      });
      running.add(task);
    }
  } finally {
    // What nobody waits for any more may fail as it likes.
    for (const task of running) task.catch(() => {});
    next?.catch(() => {});
    leave([iterator]);
  }
}

/** A failure that comes when nobody waits any more (the consumer left) is nobody's: it ends no process. */
function step<T>(iterator: AsyncIterator<T>) {
  const taken = iterator.next().then((result) => ({ iterator, result }));
  taken.catch(() => {});
  return taken;
}

/** Not awaited: a generator that waits for the network ends when its signal says so. */
function leave(iterators: Iterable<AsyncIterator<unknown>>): void {
  for (const iterator of iterators) iterator.return?.().catch(() => {});
}
