import type { Call, PointerSource } from "../../resolver/contracts.ts";
import { RefusedByOperatorError, UnavailableError } from "../../resolver/errors.ts";
import { newest, relation } from "../../resolver/select.ts";
import type { Verifier } from "../../resolver/verify.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";

/** A stranger's one request makes at most this many of ours. */
const MAX_PEERS = 8;

/**
 * Hands a pointer over to the peers, all at once. Null: it was stored, and no peer knows better.
 * Otherwise the greatest of those that peers hold instead, verified: the sender's is outdated, even
 * where a peer that was behind stored it. Throws UnavailableError when nobody took it, and
 * RefusedByOperatorError when all refused whose it is.
 */
export async function passOn(
  pointer: VerifiedPointer,
  { peers, verifier, signal }: Call & { peers: readonly PointerSource[]; verifier: Verifier },
): Promise<VerifiedPointer | null> {
  const answers = await Promise.allSettled(
    peers.slice(0, MAX_PEERS).map((peer) => handOver(pointer, peer, verifier, signal)),
  );
  const taken = answers.flatMap((answer) => answer.status === "fulfilled" ? [answer.value] : []);
  if (taken.length > 0) return newest(taken.filter((held) => held !== null));
  const reasons = answers.flatMap((answer) => answer.status === "rejected" ? [answer.reason] : []);
  const cause = new AggregateError(reasons);
  if (reasons.length > 0 && reasons.every((reason) => reason instanceof RefusedByOperatorError)) {
    throw new RefusedByOperatorError("The peers of this gateway do not serve this account.", {
      remedy: "Whoever runs them decided so. Another gateway may take it.",
      cause,
    });
  }
  throw new UnavailableError("No peer took the pointer.", {
    remedy: "Send it again later, or to a node.",
    cause,
  });
}

/** Null when the peer stored it, else the greater one that it holds. Throws when it did neither. */
async function handOver(
  pointer: VerifiedPointer,
  peer: PointerSource,
  verifier: Verifier,
  signal: AbortSignal,
): Promise<VerifiedPointer | null> {
  if (peer.offer === undefined) throw new UnavailableError(`${peer.id} takes no pointers.`);
  const bytes = await peer.offer(pointer, { signal });
  if (bytes === undefined) return null;
  const held = await verifier.verify(bytes, pointer.identity);
  if (relation(held, pointer) === "greater") return held;
  throw new UnavailableError(`${peer.id} refused the pointer for one that is not greater.`);
}
