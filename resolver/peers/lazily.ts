import type { PartContext } from "../contracts.ts";
import { deadline, systemAlarm } from "../deadline.ts";
import { getAcquainted } from "./acquaintance.ts";
import { configuredPeers } from "./configured.ts";
import { peersSetting } from "./setting.ts";

const AGAIN_MILLISECONDS = 10 * 60_000;
/** A platform may stop a process that has answered: what is not done by then is done another time. */
const ROUND_MILLISECONDS = 20_000;

/**
 * For a gateway without a node, which does nothing before it is asked: a function that asks the
 * configured peers whom they know, in the background and at most every ten minutes.
 */
export function acquaintLazily(
  { settings, outbound, peerRecords, clock }: PartContext,
): () => void {
  const records = peerRecords;
  const peers = configuredPeers(settings.get(peersSetting), { records, outbound, clock });
  let startedAt = -Infinity;

  async function round(): Promise<void> {
    using limit = deadline(ROUND_MILLISECONDS);
    const { signal } = limit;
    await getAcquainted({ peers, records, network: null, outbound, alarm: systemAlarm, signal });
  }

  return () => {
    if (clock() - startedAt < AGAIN_MILLISECONDS) return;
    startedAt = clock();
    void round();
  };
}
