import type { Call } from "./contracts.ts";

let lastTurn: Promise<void> = Promise.resolve();

/**
 * Ends a stretch of work; the next one begins when it is its turn. Everything that works in stretches shares
 * one queue, because the event loop is one too: each with a timer of its own, 20 feeds that were being read held
 * every other visitor up for two seconds, since timers that are due run one after the other. Throws the
 * signal's reason, if there is one: whoever reads a source hears from that when it is over.
 */
export async function nextTurn(call?: Call): Promise<void> {
  const turn = lastTurn.then(() => new Promise<void>((resolve) => setTimeout(resolve, 0)));
  lastTurn = turn;
  await turn;
  call?.signal.throwIfAborted();
}

/**
 * Pauses in work that would hold the event loop. What it returns is told of the work just done, and ends the stretch
 * when it was long enough, in whatever unit. Throws like `nextTurn`.
 */
export function createPauses(stretch: number, call?: Call): (work?: number) => Promise<void> {
  let worked = 0;
  return async (work = 1) => {
    worked += work;
    if (worked < stretch) return;
    worked = 0;
    await nextTurn(call);
  };
}
