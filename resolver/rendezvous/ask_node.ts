import type { Identity } from "../../schemas/identity.ts";
import type { Call, Clock, PeerAnswer } from "../contracts.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { createPeerClient, type PeerClient } from "../peers/client.ts";

/** A node that a provider record led to: its host is a stranger's. */
export function foundNode(origin: string, outbound: Outbound): PeerClient {
  return createPeerClient({ base: origin, name: origin, trust: "stranger", outbound });
}

/** Asks it for a pointer. Throws only the signal's reason: one that fails is as good as none. */
export async function askNode(
  node: PeerClient,
  identity: Identity,
  { clock, signal }: Call & { clock: Clock },
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
  } catch {
    signal.throwIfAborted();
    return answered({ outcome: "failed" });
  }
}
