import { type Identity, identityText, parseIdentity } from "../../schemas/identity.ts";
import { type Name, parseName } from "../../schemas/name.ts";
import type { Clock } from "../contracts.ts";
import { NoRoomError } from "../errors.ts";
import type { KeyValueStore } from "../node/node.ts";

/** Each is looked up every 10 minutes: some two look-ups a second. */
const MAX_FOLLOWS = 1_000;

/** Somebody who is followed on this machine. */
export interface Follow {
  readonly name: Name;
  /** The wallet that the name led to when it was last asked. */
  readonly identity: Identity;
  /** Milliseconds since 1970. */
  readonly since: number;
  /** Where a domain led to before it moved, and when that was seen; null when it never did. */
  readonly moved: { readonly from: Identity; readonly at: number } | null;
}

/** Whom this node follows, in the node's database. Methods throw UnavailableError when it fails. */
export interface FollowList {
  all(): readonly Follow[];
  /** By the name's canonical text. */
  get(name: Name): Follow | null;
  /** A name that is followed already stays as it is. Throws NoRoomError. */
  add(name: Name, identity: Identity): Follow;
  /** False: it was not followed. */
  remove(name: Name): boolean;
  /** The name leads to another wallet now. */
  move(name: Name, identity: Identity): void;
  /** Called after each change; returns the way to stop it. */
  onChanged(listener: () => void): () => void;
}

const PREFIX = "follows/";

/** Over the node's small values, which are durable before a method returns. */
export function openFollowList(
  { keyValues, clock }: { keyValues: KeyValueStore; clock: Clock },
): FollowList {
  const listeners = new Set<() => void>();

  function get(name: Name): Follow | null {
    const bytes = keyValues.get(PREFIX + name.text);
    return bytes === null ? null : decode(name.text, bytes);
  }

  function put(follow: Follow): void {
    keyValues.put(PREFIX + follow.name.text, encode(follow));
    changed();
  }

  function all(): readonly Follow[] {
    return [...keyValues.entries(PREFIX)]
      .map(([key, bytes]) => decode(key.slice(PREFIX.length), bytes))
      .filter((follow) => follow !== null);
  }

  function changed(): void {
    for (const listener of [...listeners]) listener();
  }

  return {
    all,
    get,
    add(name, identity) {
      const known = get(name);
      if (known !== null) return known;
      if (all().length >= MAX_FOLLOWS) {
        throw new NoRoomError(`${MAX_FOLLOWS} are followed already, which is the most.`, {
          remedy: "Unfollow somebody first.",
        });
      }
      const follow = { name, identity, since: Math.trunc(clock()), moved: null };
      put(follow);
      return follow;
    },
    remove(name) {
      if (keyValues.get(PREFIX + name.text) === null) return false;
      keyValues.delete(PREFIX + name.text);
      changed();
      return true;
    },
    move(name, identity) {
      const known = get(name);
      if (known === null) return;
      const moved = { from: known.identity, at: Math.trunc(clock()) };
      put({ ...known, identity, moved });
    },
    onChanged(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

function encode({ identity, since, moved }: Follow): Uint8Array {
  const value = {
    identity: identityText(identity),
    since,
    ...(moved === null ? {} : { movedFrom: identityText(moved.from), movedAt: moved.at }),
  };
  return new TextEncoder().encode(JSON.stringify(value));
}

/** Null for what this version does not understand: it is left as it is. */
function decode(text: string, bytes: Uint8Array): Follow | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof value !== "object" || value === null) return null;
    if (!("identity" in value && "since" in value)) return null;
    const moved = "movedFrom" in value && "movedAt" in value
      ? { from: parseIdentity(String(value.movedFrom)), at: Number(value.movedAt) }
      : null;
    return {
      name: parseName(text),
      identity: parseIdentity(String(value.identity)),
      since: Number(value.since),
      moved,
    };
  } catch {
    return null;
  }
}
