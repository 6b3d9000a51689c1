import type { Part, PointerSource } from "../contracts.ts";
import { dhtSource } from "./dht.ts";
import { learnedPeersSource } from "./learned_peers.ts";
import { peerSources } from "./peers.ts";
import { rendezvousSource } from "./rendezvous.ts";
import { storeSource } from "./store.ts";

/** Every kind of place where pointers are gathered. One file and one line each. */
export const pointerSources: readonly Part<PointerSource>[] = [
  storeSource,
  dhtSource,
  peerSources,
  learnedPeersSource,
  rendezvousSource,
];
