import { clientKey } from "../../resolver/client_key.ts";

/** Bounds the requests that wait for something, altogether and for one client. */
export interface WaitSlots {
  /** The way to give the place back, once; null when all places are taken. */
  take(clientAddress: string): (() => void) | null;
}

/** `perClient` counts by `clientKey`. */
export function createWaitSlots(limits: { total: number; perClient: number }): WaitSlots {
  const waiting = new Map<string, number>();
  let total = 0;

  return {
    take(clientAddress) {
      const key = clientKey(clientAddress);
      const own = waiting.get(key) ?? 0;
      if (total >= limits.total || own >= limits.perClient) return null;
      total += 1;
      waiting.set(key, own + 1);
      return () => {
        total -= 1;
        const left = (waiting.get(key) ?? 1) - 1;
        if (left === 0) waiting.delete(key);
        else waiting.set(key, left);
      };
    },
  };
}
