import { AsyncLocalStorage } from "node:async_hooks";

/**
 * A walk follows one path from each of up to 20 nodes that it begins with. Each path may open so many
 * connections by itself, and all of them so many more: a chain of liars, each of whom names 24 peers
 * that do not exist, uses up its own path's and the common ones, and the other paths still arrive. An
 * honest walk is connected to most of those that it asks, and opens fewer than 40 in all.
 */
const PER_PATH = 4;
const SHARED = 40;

/** What a walk may still dial. */
export interface DialBudget {
  /** False when this path may dial nobody more. It is counted. */
  take(path: number): boolean;
}

/** Of the walk whose work is being done; empty for the engine's own upkeep. */
export const currentBudget = new AsyncLocalStorage<DialBudget>();

/** The walk's events, as the engine gives them; its dials are counted. */
export async function* withDialBudget<T>(
  walk: () => AsyncIterable<T>,
): AsyncGenerator<T, void, void> {
  const budget = createDialBudget();
  const events = currentBudget.run(budget, () => walk()[Symbol.asyncIterator]());
  try {
    while (true) {
      const next = await currentBudget.run(budget, () => events.next());
      if (next.done) return;
      yield next.value;
    }
  } finally {
    // Ends the walk for a reader who leaves early; one that has ended takes no notice.
    await events.return?.();
  }
}

export function createDialBudget(): DialBudget {
  const paths = new Map<number, number>();
  let shared = 0;

  return {
    take(path) {
      const own = paths.get(path) ?? 0;
      if (own < PER_PATH) {
        paths.set(path, own + 1);
        return true;
      }
      if (shared >= SHARED) return false;
      shared += 1;
      return true;
    },
  };
}
