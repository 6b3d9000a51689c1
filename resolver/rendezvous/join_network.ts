import type { Call } from "../contracts.ts";
import type { PointerNetwork } from "../network/network.ts";
import type { PeerClient } from "../peers/client.ts";

/** A node listens at a few addresses; the first that can be reached is enough. */
const MAX_ADDRESSES = 4;

/**
 * Connects to a node that was found by its web address, so that the next look-up goes by the DHT: its
 * `GET /v1/peers` names its libp2p addresses, for which strangers' rules hold. Never rejects: whether
 * it succeeded is seen in the routing table.
 */
export async function joinNetwork(
  node: PeerClient,
  network: PointerNetwork,
  { signal }: Call,
): Promise<void> {
  try {
    const { addresses } = await node.acquaintances({ signal });
    await Promise.any(
      addresses.slice(0, MAX_ADDRESSES).map((address) =>
        network.connect(address, { signal, trusted: false })
      ),
    );
  } catch {
    // Another node, or the next look-up, may do better.
  }
}
