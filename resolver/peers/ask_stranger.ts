import type { Identity } from "../../schemas/identity.ts";
import type { Call, Clock, PeerAnswer } from "../contracts.ts";
import { RefusedByOperatorError } from "../errors.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { createPeerClient, type PeerClient } from "./client.ts";

/** A node that other nodes, or a provider record, told of: its host is a stranger's. */
export function strangersNode(origin: string, outbound: Outbound): PeerClient {
  return createPeerClient({ base: origin, name: origin, trust: "stranger", outbound });
}

/** Asks it for a pointer. Throws only the signal's reason: one that fails is as good as none. */
export async function askStranger(
  node: PeerClient,
  identity: Identity,
  { clock, signal }: Call & { readonly clock: Clock },
): Promise<PeerAnswer> {
  const startedAt = clock();
  const answered = (answer: Pick<PeerAnswer, "outcome" | "bytes">): PeerAnswer => ({
    peer: node.name,
    milliseconds: clock() - startedAt,
    ...answer,
  });
  try {
    const bytes = await node.pointer(identity, { signal });
    return answered(bytes === null ? { outcome: "none" } : { outcome: "pointer", bytes });
  } catch (error) {
    signal.throwIfAborted();
    // What a stranger does not serve says nothing: anybody can say that of everybody.
    if (error instanceof RefusedByOperatorError) return answered({ outcome: "none" });
    return answered({ outcome: "failed" });
  }
}
