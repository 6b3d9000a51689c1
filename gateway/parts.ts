import { blockSources } from "../resolver/blocks/mod.ts";
import { createContentReader, type StoringContentReader } from "../resolver/content/create.ts";
import type { Clock, Part, PartContext, PointerSource } from "../resolver/contracts.ts";
import { type Alarm, systemAlarm } from "../resolver/deadline.ts";
import { createDnsClient } from "../resolver/dns/create.ts";
import { dnsSetting } from "../resolver/dns/setting.ts";
import { createIdentifier, type Identifier } from "../resolver/identify.ts";
import { nameSystems } from "../resolver/names/mod.ts";
import type { PointerNetwork } from "../resolver/network/network.ts";
import type { Node } from "../resolver/node/node.ts";
import { createOutbound } from "../resolver/outbound/create.ts";
import type { Outbound } from "../resolver/outbound/outbound.ts";
import { allowPrivateSetting } from "../resolver/outbound/setting.ts";
import { openPeerRecords, type PeerRecords } from "../resolver/peers/records.ts";
import { createResolver, type Resolver } from "../resolver/resolver.ts";
import { NO_RULES, type OperatorRules } from "../resolver/rules/operator_rules.ts";
import { pointerSources } from "../resolver/sources/mod.ts";
import { transports } from "../resolver/transports/mod.ts";
import type { Verifier } from "../resolver/verify.ts";
import type { Settings } from "../schemas/setting.ts";

/** The pipeline's parts, as the settings want them. */
export interface Parts {
  readonly verifier: Verifier;
  readonly identifier: Identifier;
  readonly resolver: Resolver;
  readonly content: StoringContentReader;
  readonly sources: readonly PointerSource[];
  readonly outbound: Outbound;
  readonly peerRecords: PeerRecords;
}

/** Builds every part once. `signal` ends what goes on in the background. */
export async function createParts(options: {
  settings: Settings;
  node: Node | null;
  network: PointerNetwork | null;
  verifier: Verifier;
  /** Opened here unless given. */
  peerRecords?: PeerRecords;
  /** None unless given. */
  rules?: OperatorRules;
  clock: Clock;
  /** What fetching content waits by; the machine's own timers unless given. */
  alarm?: Alarm;
  signal: AbortSignal;
  report: (problem: unknown) => void;
}): Promise<Parts> {
  const { settings, node, network, verifier, clock, alarm = systemAlarm, signal, report } = options;
  const dns = createDnsClient(settings.get(dnsSetting));
  const allowPrivate = settings.get(allowPrivateSetting);
  const outbound = createOutbound({ dns, allowPrivate, clock });
  const peerRecords = options.peerRecords ?? openPeerRecords({
    settings,
    keyValues: node?.keyValues ?? null,
    clock,
    random: Math.random,
    report,
  });
  const { standings } = peerRecords;
  const context: PartContext = { settings, outbound, dns, node, network, peerRecords, clock };

  const [systems, sources, roads, blocks] = await Promise.all([
    createAll(nameSystems, context),
    createAll(pointerSources, context),
    createAll(transports, context),
    createAll(blockSources, context),
  ]);
  return {
    verifier,
    identifier: createIdentifier({ systems, clock }),
    resolver: createResolver({ sources, verifier, standings, clock, signal }),
    content: createContentReader({
      blockSources: blocks,
      transports: roads,
      store: node?.blocks ?? null,
      rules: options.rules ?? NO_RULES,
      clock,
      alarm,
      report,
    }),
    sources,
    outbound,
    peerRecords,
  };
}

/** In the list's order. A part that is not configured gives nothing. */
async function createAll<T>(parts: readonly Part<T>[], context: PartContext): Promise<T[]> {
  return (await Promise.all(parts.map((part) => part.create(context)))).flat();
}
