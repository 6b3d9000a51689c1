import type { Call, Clock } from "../../resolver/contracts.ts";
import type { DnsClient } from "../../resolver/dns/client.ts";
import { deadline } from "../../resolver/deadline.ts";
import { knowsPeers } from "../../resolver/network/known_peers.ts";
import type { PointerNetwork } from "../../resolver/network/network.ts";
import { openNetwork } from "../../resolver/network/open_network.ts";
import { bootstrapSetting, dhtListenSetting } from "../../resolver/network/settings.ts";
import { type NetworkTimes, networkTimes } from "../../resolver/network/times.ts";
import type { Node } from "../../resolver/node/node.ts";
import type { Verifier } from "../../resolver/verify.ts";
import type { Settings } from "../../schemas/setting.ts";

/** Nodes that were known once may all be gone. */
const JOIN_MILLISECONDS = 5_000;
const LOOK_MILLISECONDS = 50;

/**
 * A command asks once, over connections that are all new, and no later visit makes up for an answer that
 * came too late. Two dead nodes after another still leave time in a look-up and in a put.
 */
const TIMES: NetworkTimes = {
  ...networkTimes,
  message: { minTimeout: 2_500, maxTimeout: 2_500 },
};

/** What a visit needs. */
export interface VisitOptions {
  readonly node: Node;
  readonly settings: Settings;
  readonly verifier: Verifier;
  readonly dns: DnsClient;
  readonly clock: Clock;
  readonly report: (problem: string) => void;
}

/**
 * Enters the pointer network as a client, for as long as a command runs: it asks and hands over, and
 * nobody connects to it. Null when the settings and the data folder know no other node, or none of
 * them answers. Whoever called closes it.
 */
export async function visitNetwork(
  options: VisitOptions,
  { signal }: Call,
): Promise<PointerNetwork | null> {
  const { node, settings } = options;
  if (settings.get(bootstrapSetting).length === 0 && !knowsPeers(node.keyValues)) return null;
  const network = await openNetwork({
    ...options,
    settings: asClient(settings),
    httpAddress: null,
    publicOrigin: null,
    times: TIMES,
  });
  try {
    if (await isJoined(network, signal)) return network;
  } catch (error) {
    await network.close();
    throw error;
  }
  await network.close();
  return null;
}

/** A node that is in the routing table can be asked. */
async function isJoined(network: PointerNetwork, signal: AbortSignal): Promise<boolean> {
  using limit = deadline(JOIN_MILLISECONDS, { parent: signal });
  while (!limit.signal.aborted) {
    if (network.status().routingTable > 0) return true;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
  signal.throwIfAborted();
  return false;
}

/** Whatever DHT_LISTEN says: listening is for those who stay. */
function asClient(settings: Settings): Settings {
  return {
    get: (setting) =>
      setting === dhtListenSetting as typeof setting ? setting.parse("") : settings.get(setting),
  };
}
