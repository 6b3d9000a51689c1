import { type Identity, identityKey, parseIdentity } from "../../schemas/identity.ts";
import type { Clock } from "../contracts.ts";
import type { KeyValueStore } from "../node/node.ts";

/** When each wallet was last provided; survives a restart. */
export interface Provided {
  /**
   * Milliseconds since 1970; 0: never, or not under this provider's name, or at a time that has not come
   * yet because the clock was wrong then.
   */
  at(identity: Identity): number;
  note(identity: Identity, at: number): void;
  forget(identity: Identity): void;
  identities(): readonly Identity[];
}

const PREFIX = "rendezvous/";

/**
 * `provider` is what the records in the network say: the daemon's peer id and this node's address.
 * When one of them changes, all is provided anew.
 */
export function createProvided(
  keyValues: KeyValueStore,
  provider: string,
  clock: Clock,
): Provided {
  const keyOf = (identity: Identity) => PREFIX + identityKey(identity);

  return {
    at(identity) {
      const value = keyValues.get(keyOf(identity));
      const [at, ...who] = value === null ? [] : new TextDecoder().decode(value).split(" ");
      return who.join(" ") === provider && Number(at) <= clock() ? Number(at) : 0;
    },
    note: (identity, at) =>
      keyValues.put(keyOf(identity), new TextEncoder().encode(`${at} ${provider}`)),
    forget: (identity) => keyValues.delete(keyOf(identity)),
    identities: () =>
      Array.from(
        keyValues.entries(PREFIX),
        ([key]) => parseIdentity(key.slice(PREFIX.length)),
      ),
  };
}
