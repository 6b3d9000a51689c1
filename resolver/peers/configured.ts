import type { Clock } from "../contracts.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { createPeerClient, type PeerClient } from "./client.ts";
import type { PeerRecords } from "./records.ts";
import { peerName } from "./setting.ts";

/** A peer of the settings. */
export interface ConfiguredPeer {
  /** Without a slash at its end. */
  readonly base: string;
  readonly client: PeerClient;
}

/** The clients of the peers of the settings. Their answers' dates are compared with this clock. */
export function configuredPeers(bases: readonly string[], { records, outbound, clock }: {
  records: PeerRecords;
  outbound: Outbound;
  clock: Clock;
}): readonly ConfiguredPeer[] {
  return bases.map((base, place) => {
    const name = peerName(base, place);
    const onSample = records.clockCheck.sample.bind(null, name);
    const dates = { clock, onSample };
    return { base, client: createPeerClient({ base, name, trust: "operator", outbound, dates }) };
  });
}
