import { type Identity, identityKey } from "../../schemas/identity.ts";
import type { KeptPointer } from "../node/node.ts";
import type { Follow } from "./follow_list.ts";

/** Somebody who is to be kept, and why. */
export interface Wanted {
  readonly identity: Identity;
  /** Looked up, and kept within the quota of those who are followed. */
  readonly followed: boolean;
  /** On this machine: kept without a quota. */
  readonly published: boolean;
}

/**
 * Who is to be kept, by `identityKey`. `others` count as published: what comes with the program is
 * nobody's to limit. Pure.
 */
export function allWanted({ follows, kept, others }: {
  readonly follows: readonly Follow[];
  readonly kept: readonly KeptPointer[];
  readonly others: readonly Identity[];
}): ReadonlyMap<string, Wanted> {
  const wanted = new Map<string, Wanted>();
  const want = (identity: Identity, why: Partial<Wanted>) => {
    const known = wanted.get(identityKey(identity));
    const both = { followed: false, published: false, ...known, ...why };
    wanted.set(identityKey(identity), { ...both, identity });
  };
  for (const { identity } of follows) want(identity, { followed: true });
  for (const { identity, published } of kept) if (published) want(identity, { published });
  for (const identity of others) want(identity, { published: true });
  return wanted;
}
