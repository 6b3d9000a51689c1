import { type Identity, identityKey } from "../../schemas/identity.ts";
import type { KeyValueStore } from "../node/node.ts";
import { unlessUnavailable } from "../node/unless_unavailable.ts";

/**
 * When everybody was last asked for the newest pointer of somebody who is followed, in the node's
 * database. No method throws for a disk that fails: it is for people, and nothing depends on it.
 */
export interface LookUpTimes {
  /** Milliseconds since 1970; 0: never. */
  get(identity: Identity): number;
  put(identity: Identity, at: number): void;
  /** Forgets all but these, by `identityKey`. */
  retain(isKept: (key: string) => boolean): void;
}

const PREFIX = "looked-up/";

/** Over the node's small values, which are durable before a method returns. */
export function openLookUpTimes(keyValues: KeyValueStore): LookUpTimes {
  return {
    get(identity) {
      const bytes = unlessUnavailable(() => keyValues.get(PREFIX + identityKey(identity))) ?? null;
      const at = bytes === null ? 0 : Number(new TextDecoder().decode(bytes));
      return Number.isSafeInteger(at) ? at : 0;
    },
    put(identity, at) {
      const text = new TextEncoder().encode(String(Math.trunc(at)));
      unlessUnavailable(() => keyValues.put(PREFIX + identityKey(identity), text));
    },
    retain(isKept) {
      for (const [key] of unlessUnavailable(() => keyValues.entries(PREFIX)) ?? []) {
        if (!isKept(key.slice(PREFIX.length))) unlessUnavailable(() => keyValues.delete(key));
      }
    },
  };
}
