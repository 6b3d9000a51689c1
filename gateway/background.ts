import type { CID } from "multiformats/cid";
import { systemAlarm } from "../resolver/deadline.ts";
import type { Clock } from "../resolver/contracts.ts";
import type { DnsClient } from "../resolver/dns/client.ts";
import { kuboSetting } from "../resolver/kubo_setting.ts";
import type { PointerNetwork } from "../resolver/network/network.ts";
import { type Keeper, startKeeping } from "../resolver/keeping/keeper.ts";
import { openNetwork } from "../resolver/network/open_network.ts";
import { startProvidingContents } from "../resolver/network/provide_contents.ts";
import { startRepublishing } from "../resolver/network/republish.ts";
import type { Node } from "../resolver/node/node.ts";
import { createWholeContents } from "../resolver/node/whole_contents.ts";
import { maxFollowedBytesSetting } from "../resolver/node/settings.ts";
import { openPeerRecords, type PeerRecords } from "../resolver/peers/records.ts";
import { peersSetting } from "../resolver/peers/setting.ts";
import { type Peers, startPeers } from "../resolver/peers/start.ts";
import type { OperatorRules } from "../resolver/rules/operator_rules.ts";
import { startProviding } from "../resolver/rendezvous/provide.ts";
import type { Verifier } from "../resolver/verify.ts";
import type { Identity } from "../schemas/identity.ts";
import type { Settings } from "../schemas/setting.ts";
import type { Parts } from "./parts.ts";
import { describeFeed } from "./describe_feed.ts";
import { warnWhenLonely } from "./lonely_warning.ts";
import { describeError } from "./print.ts";
import { seeksOthers } from "./status/seeks_others.ts";
import type { Background } from "./status/status.ts";

/** What a node does beside answering. */
export interface RunningBackground extends Background {
  /** Null where the network could not be joined. */
  readonly network: PointerNetwork | null;
  readonly peerRecords: PeerRecords;
  /**
   * Follows the peers, puts pointers into the network again, keeps what is published and followed here
   * and what `others` published, provides: until the signal aborts.
   */
  start(parts: Parts, others?: readonly Identity[]): void;
  /** After the signal has aborted: waits for what goes on, and leaves the network. */
  close(): Promise<void>;
}

/** Whom the background works for. */
export interface BackgroundOptions {
  readonly node: Node;
  readonly settings: Settings;
  readonly verifier: Verifier;
  readonly dns: DnsClient;
  readonly clock: Clock;
  /** Where the HTTP server listens: WebSockets come in there. */
  readonly httpAddress: { readonly hostname: string; readonly port: number };
  /** Null unless the operator named one. */
  readonly publicOrigin: URL | null;
  readonly signal: AbortSignal;
  readonly report: (problem: unknown) => void;
  /** Whom and what the operator does not pass on. */
  readonly rules: OperatorRules;
  /** What was found damaged, for the status page. */
  readonly damages: readonly string[];
}

/** Joins the network. That this fails is reported, and no reason not to serve. */
export async function openBackground(options: BackgroundOptions): Promise<RunningBackground> {
  const { node, settings, clock, report, damages } = options;
  const random = Math.random;
  const { keyValues } = node;
  const records = openPeerRecords({ settings, keyValues, clock, random, report });
  const network = await join(options, records);
  let peers: Peers | null = null;
  let keeper: Keeper | null = null;
  const work: Promise<unknown>[] = [];
  return {
    network,
    peerRecords: records,
    start(parts, others = []) {
      peers = follow(options, { network, records }, parts);
      keeper = keep(options, others, parts);
      work.push(peers.ended, keeper.ended, ...provide(options, parts));
      if (network !== null) {
        const { signal } = options;
        const common = { ...options, network, alarm: systemAlarm, random };
        const { refusesIdentity: refuses } = options.rules;
        work.push(startRepublishing({ ...common, refuses }));
        const whole = createWholeContents(node, options);
        const contents = async () => distinct([...keeper?.roots() ?? [], ...await whole()]);
        work.push(startProvidingContents({ ...common, contents }));
        if (seeksOthers(settings, node)) {
          work.push(warnWhenLonely(network, { alarm: systemAlarm, signal, report }));
        }
      }
    },
    peers: () => peers?.status() ?? null,
    followed: () => keeper?.followed() ?? [],
    keeps: (cid) => keeper?.keeps(cid) ?? false,
    warnings: () => damages,
    async close() {
      await Promise.all(work);
      await network?.close();
    },
  };
}

async function join(
  options: BackgroundOptions,
  { waitingRoom }: PeerRecords,
): Promise<PointerNetwork | null> {
  try {
    return await openNetwork({ ...options, onNotYetValid: waitingRoom.noteRecord });
  } catch (error) {
    options.report(`This node takes no part in the pointer network. ${describeError(error)}`);
    return null;
  }
}

function follow(
  options: BackgroundOptions,
  { network, records }: { network: PointerNetwork | null; records: PeerRecords },
  { outbound, resolver }: Parts,
): Peers {
  return startPeers({
    ...options,
    peers: options.settings.get(peersSetting),
    records,
    network,
    outbound,
    lookUp: (identity, { signal }) =>
      resolver.resolve(identity, { policy: "network-only", signal }),
  });
}

function keep(
  options: BackgroundOptions,
  others: readonly Identity[],
  { content, resolver, identifier }: Parts,
): Keeper {
  return startKeeping({
    ...options,
    content,
    others,
    identify: identifier.identify,
    describe: (pointer, call) => describeFeed(pointer, content, call),
    async lookUp(identity, { signal }) {
      return (await resolver.resolve(identity, { policy: "network-only", signal })).pointer;
    },
    maxFollowedBytes: options.settings.get(maxFollowedBytesSetting),
  });
}

/** Only where a Kubo daemon can pass on where this node is. */
function provide(options: BackgroundOptions, { outbound }: Parts): readonly Promise<unknown>[] {
  const { settings, publicOrigin } = options;
  const kubo = settings.get(kuboSetting);
  if (kubo === null || publicOrigin === null) return [];
  return [startProviding({ ...options, publicOrigin, kubo, outbound, alarm: systemAlarm })];
}

function distinct(cids: readonly CID[]): readonly CID[] {
  return [...new Map(cids.map((cid) => [cid.toString(), cid])).values()];
}
