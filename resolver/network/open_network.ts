import type { Settings } from "../../schemas/setting.ts";
import type { Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import type { DnsClient } from "../dns/client.ts";
import type { Node } from "../node/node.ts";
import type { Verifier } from "../verify.ts";
import type { PointerNetwork } from "./network.ts";
import type { HttpAddress } from "./listening.ts";
import type { NotYetValid } from "./record_rules.ts";
import type { NetworkTimes } from "./times.ts";

/** What the network is built from. */
export interface NetworkOptions {
  readonly node: Node;
  readonly settings: Settings;
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly alarm?: Alarm;
  /** `networkTimes` unless given. */
  readonly times?: NetworkTimes;
  /** A number from 0 to below 1; decides nothing but who waits how long. */
  readonly random?: () => number;
  /** Vets the names in strangers' addresses. */
  readonly dns: DnsClient;
  /** The HTTP server whose port carries WebSockets (`accept`); null without one. */
  readonly httpAddress: HttpAddress | null;
  /** The gateway's own address; a TLS proxy there carries WebSockets too. */
  readonly publicOrigin: URL | null;
  /** Told about what the operator should know. */
  readonly report: (problem: string) => void;
  /** Hears of records whose time has not come. */
  readonly onNotYetValid?: NotYetValid;
}

/**
 * Joins the pointer network with the node's own key. Loads libp2p, which takes some 200 ms.
 * Throws an OurSpaceError for unusable settings, a damaged key, or an address that is taken.
 */
export async function openNetwork(options: NetworkOptions): Promise<PointerNetwork> {
  const { startNetwork } = await import("./pointer_network.ts");
  return await startNetwork(options);
}
