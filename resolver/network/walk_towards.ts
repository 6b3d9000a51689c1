import type { KadDHT } from "@libp2p/kad-dht";
import type { Identity } from "../../schemas/identity.ts";
import type { Clock, PeerAnswer } from "../contracts.ts";
import { withDialBudget } from "./dial_budget.ts";
import { recordKey } from "./record_key.ts";

/** The engine's words for a record that its validators refused. */
const REFUSED = "invalid record";

/**
 * One walk towards the identity's key. Each peer is yielded once, those that failed at the end. It
 * never throws: the engine throws after every successful walk, because it may not choose by itself,
 * and when the signal aborts.
 */
export async function* walkTowards(
  dht: KadDHT,
  identity: Identity,
  { signal, clock }: { signal: AbortSignal; clock: Clock },
): AsyncGenerator<PeerAnswer, void, void> {
  const askedAt = new Map<string, number>();
  const failedAt = new Map<string, number>();
  const answered = new Set<string>();

  function answer(peer: string, outcome: PeerAnswer["outcome"], bytes?: Uint8Array): PeerAnswer {
    answered.add(peer);
    const end = failedAt.get(peer) ?? clock();
    const milliseconds = end - (askedAt.get(peer) ?? end);
    return { peer, outcome, milliseconds, ...(bytes === undefined ? {} : { bytes }) };
  }

  try {
    const key = recordKey(identity);
    for await (const event of withDialBudget(() => dht.get(key, { signal }))) {
      if (event.name === "DIAL_PEER") askedAt.set(event.peer.toString(), clock());
      if (event.name !== "PEER_RESPONSE" && event.name !== "QUERY_ERROR") continue;
      const peer = event.from.toString();
      if (answered.has(peer)) continue;
      if (event.name === "PEER_RESPONSE") {
        const bytes = event.record?.value;
        yield bytes === undefined ? answer(peer, "none") : answer(peer, "pointer", bytes);
      } else if (event.error.message.startsWith(REFUSED)) {
        yield answer(peer, "refused");
      } else {
        failedAt.set(peer, clock());
      }
    }
  } catch {
    // Whoever has not answered by now has failed.
  }
  for (const peer of askedAt.keys()) if (!answered.has(peer)) yield answer(peer, "failed");
}
