import { peerIdFromString } from "@libp2p/peer-id";
import type { Identity } from "../../schemas/identity.ts";
import { comparePointers, type VerifiedPointer } from "../../schemas/pointer.ts";
import type { PeerAnswer } from "../contracts.ts";
import type { Verifier } from "../verify.ts";
import { distance } from "./distance.ts";
import { REPLICATION } from "./network.ts";
import { recordKey } from "./record_key.ts";

/** What a look-up came to. */
export interface LookedUp {
  readonly identity: Identity;
  /** This node, by the multihash of its id: it has a place among the closest, too. */
  readonly self: Uint8Array;
  /** This node's own record. */
  readonly held: Uint8Array | null;
  /** Those of peers that did not fail. */
  readonly answers: readonly PeerAnswer[];
}

/**
 * The greatest of what was found and of what is held here, if somebody who should have it does not: a
 * node with a lesser one, or one of the closest k with none. A node on the way to them is not expected
 * to hold it, or every look-up in a larger network would end in a put.
 */
export async function missedSomewhere(
  { identity, self, held, answers }: LookedUp,
  verifier: Verifier,
): Promise<VerifiedPointer | null> {
  async function verified(bytes: Uint8Array | null | undefined): Promise<VerifiedPointer | null> {
    if (bytes === null || bytes === undefined) return null;
    return await verifier.verify(bytes, identity).catch(() => null);
  }

  const own = await verified(held);
  const given = await Promise.all(answers.map(({ bytes }) => verified(bytes)));
  const greatest = [own, ...given].reduce(
    (best, one) => one !== null && (best === null || comparePointers(one, best) > 0) ? one : best,
    null,
  );
  if (greatest === null) return null;
  const closest = closestOf(answers, recordKey(identity), self);
  const lags = answers.some((answer, index) =>
    answer.outcome === "none"
      ? closest.has(answer)
      : answer.outcome === "pointer" && given[index]?.text !== greatest.text
  );
  return lags ? greatest : null;
}

/** Those of the k closest to the key, this node counted, that answered. */
function closestOf(
  answers: readonly PeerAnswer[],
  key: Uint8Array,
  self: Uint8Array,
): Set<PeerAnswer | null> {
  const others = answers.map((answer) => ({
    answer,
    place: distance(key, peerIdFromString(answer.peer).toMultihash().bytes),
  }));
  const placed = [{ answer: null, place: distance(key, self) }, ...others]
    .sort((one, other) => one.place < other.place ? -1 : 1);
  return new Set(placed.slice(0, REPLICATION).map(({ answer }) => answer));
}
