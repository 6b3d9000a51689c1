import type { KeyValueStore } from "../node/node.ts";

/** Under this the node's store has what libp2p knows of peers. */
export const STORED_PEERS_PREFIX = "network/peer";

/** True when the node has met others before: it may find them again without `BOOTSTRAP`. */
export function knowsPeers(keyValues: KeyValueStore): boolean {
  for (const _ of keyValues.entries(STORED_PEERS_PREFIX)) return true;
  return false;
}
