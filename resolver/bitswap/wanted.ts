import { base32 } from "multiformats/bases/base32";
import type { CID } from "multiformats/cid";

/** What a peer said to a want; null: it does not hold the block. */
export type Answer = Uint8Array<ArrayBuffer> | "has" | null;

/** Somebody here who waits for a peer's answer. */
export interface Waiter {
  readonly kind: "have" | "block";
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/** What is wanted of one peer, and by whom. */
export interface Wanted {
  readonly cid: CID;
  readonly waiters: Set<Waiter>;
}

/** By the digest alone: the same block may be asked for as CIDv0, CIDv1, raw or dag-pb. */
export function keyOf({ multihash }: CID): string {
  return base32.encode(multihash.digest);
}

/** Tells all of them; each has left when it is told, so that it does not cancel. */
export function settle(waiters: Set<Waiter>, tell: (waiter: Waiter) => void): void {
  const all = [...waiters];
  waiters.clear();
  all.forEach(tell);
}
