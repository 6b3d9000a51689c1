import { type KadDHT, kadDHT } from "@libp2p/kad-dht";
import { OurSpaceError } from "../../schemas/errors.ts";
import type { NetworkCounters } from "./counters.ts";
import {
  type DhtSurroundings,
  discreet,
  guardedInside,
  guardedOutside,
} from "./dht_surroundings.ts";
import type { DialRules } from "./dial_rules.ts";
import { DHT_PROTOCOL, REPLICATION } from "./network.ts";
import type { ProviderRecords } from "./provider_records.ts";
import type { RecordRules } from "./record_rules.ts";
import type { RecordStore } from "./record_store.ts";
import type { Senders } from "./senders.ts";
import type { NetworkTimes } from "./times.ts";

/** How long a stream that came in may stay silent; milliseconds. */
const SILENCE_MILLISECONDS = 5_000;

/** Streams at the same time on one connection; each carries one message. */
const INBOUND_STREAMS = 32;
const OUTBOUND_STREAMS = 64;

/** What stands around the engine. */
export interface DhtGuards {
  readonly records: RecordStore;
  readonly providers: ProviderRecords;
  readonly rules: RecordRules;
  readonly dialRules: DialRules;
  readonly senders: Senders;
  readonly counters: NetworkCounters;
}

/**
 * js-libp2p's Kademlia with guards at every door: what comes in is bounded and counted, records are
 * judged by the pointer's rules and kept by the pointer store, and nobody is dialled for a stranger.
 * libp2p's own place for such things (`use`) ends streams in resets in 3.3.11.
 */
export function createDht(
  surroundings: DhtSurroundings,
  guards: DhtGuards,
  { mode, times }: { readonly mode: "server" | "client"; readonly times: NetworkTimes },
): KadDHT {
  const { records, providers, rules, dialRules } = guards;
  const { peerId, privateKey, registrar, addressManager, peerStore, connectionManager } =
    surroundings;
  const { events, logger, ping } = surroundings;

  return kadDHT({
    protocol: DHT_PROTOCOL,
    clientMode: mode === "client",
    kBucketSize: REPLICATION,
    validators: { ourspace: rules.admit, pk: refuseKey },
    // The engine would compare bytes, correct by them, and fail at the first peer that refuses.
    selectors: { ourspace: refuseToSelect },
    peerInfoMapper: (peer) => ({
      ...peer,
      multiaddrs: peer.multiaddrs.filter((address) => dialRules.mayKeep(address)),
    }),
    allowQueryWithZeroPeers: true,
    networkDialTimeout: times.message,
    incomingMessageTimeout: SILENCE_MILLISECONDS,
    maxInboundStreams: INBOUND_STREAMS,
    maxOutboundStreams: OUTBOUND_STREAMS,
  })({
    peerId,
    privateKey,
    addressManager,
    peerStore: discreet(peerStore, { dialRules, providers }),
    events,
    logger,
    ping,
    datastore: records,
    connectionManager: guardedOutside(connectionManager, dialRules),
    registrar: guardedInside(registrar, guards),
  });
}

/** The engine's own rules for public keys are not wanted here: nothing but pointers is kept. */
function refuseKey(): Promise<void> {
  return Promise.reject(new OurSpaceError("Only pointers are kept here."));
}

function refuseToSelect(): number {
  throw new OurSpaceError("The pointers of a look-up are compared by their order, not here.");
}
