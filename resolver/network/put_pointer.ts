import type { PeerId } from "@libp2p/interface";
import type { KadDHT } from "@libp2p/kad-dht";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import { withDialBudget } from "./dial_budget.ts";
import { distance } from "./distance.ts";
import { type NetworkPut, REPLICATION } from "./network.ts";
import { recordKey } from "./record_key.ts";

/**
 * Finds the nodes closest to the pointer's key and hands it to each. What was confirmed before the
 * signal aborted counts; the caller looks at the signal.
 */
export async function putPointer(
  dht: KadDHT,
  self: PeerId,
  pointer: VerifiedPointer,
  signal: AbortSignal,
): Promise<NetworkPut> {
  const key = recordKey(pointer.identity);
  const tried = new Set<string>();
  const asked = new Map<string, PeerId>();
  const confirmed = new Set<string>();
  try {
    for await (const event of withDialBudget(() => dht.put(key, pointer.bytes, { signal }))) {
      if (event.name === "DIAL_PEER") tried.add(event.peer.toString());
      if (event.name === "SEND_QUERY" && event.messageType === "PUT_VALUE") {
        asked.set(event.to.toString(), event.to);
      }
      if (event.name === "PEER_RESPONSE" && event.messageType === "PUT_VALUE" && event.record) {
        confirmed.add(event.from.toString());
      }
    }
  } catch {
    signal.throwIfAborted();
  }
  return {
    confirmed: confirmed.size,
    // When not even the way to the closest could be asked, it is those on the way that failed.
    failed: asked.size === 0 ? tried.size : asked.size - confirmed.size,
    among: isAmong(key, self, [...asked.values()]),
  };
}

/** True when fewer than k nodes are closer to the key than this one. */
function isAmong(key: Uint8Array, self: PeerId, closest: readonly PeerId[]): boolean {
  if (closest.length < REPLICATION) return true;
  const own = distance(key, self.toMultihash().bytes);
  return closest.some((peer) => own < distance(key, peer.toMultihash().bytes));
}
