import type { Hono } from "hono";
import type { Clock } from "../resolver/contracts.ts";
import type { Alarm } from "../resolver/deadline.ts";
import type { PointerNetwork } from "../resolver/network/network.ts";
import type { Node } from "../resolver/node/node.ts";
import type { PeerRecords } from "../resolver/peers/records.ts";
import { NO_RULES, type OperatorRules } from "../resolver/rules/operator_rules.ts";
import { createResolver, type Resolver } from "../resolver/resolver.ts";
import type { Verifier } from "../resolver/verify.ts";
import type { Settings } from "../schemas/setting.ts";
import { onionUrlSetting } from "./config/onion_url.ts";
import type { GatewayEnv, ServiceEnv } from "./http/gateway_env.ts";
import { holdersFrom } from "./content_holders.ts";
import { contentMetrics } from "./http/content_metrics.ts";
import { nodeMetrics } from "./http/node_metrics.ts";
import { networkMetrics } from "./http/network_metrics.ts";
import { processMetrics } from "./http/process_metrics.ts";
import { createRequestCounter } from "./http/request_counter.ts";
import type { OwnOrigins } from "./http/site.ts";
import type { Parts } from "./parts.ts";
import { adminRoutes } from "./routes/admin.ts";
import { followRoutes } from "./routes/follows.ts";
import { healthRoutes } from "./routes/health.ts";
import { peersRoutes } from "./routes/peers.ts";
import { pointerRoutes } from "./routes/pointers.ts";
import { statusRoutes } from "./routes/status.ts";
import { type Background, NO_BACKGROUND, readStatus } from "./status/status.ts";

/** What a gateway and a node alone are both given. */
export interface ServerOptions {
  readonly settings: Settings;
  readonly node: Node | null;
  readonly network: PointerNetwork | null;
  readonly verifier: Verifier;
  /** What is known about other nodes; in memory unless given. */
  readonly peerRecords?: PeerRecords;
  /** The gateway's own address, for links. */
  readonly publicOrigin: URL;
  /** Whom and what the operator serves; everything unless given. The node heeds them already. */
  readonly rules?: OperatorRules;
  /** Nothing goes on beside the routes unless given. */
  readonly background?: Background;
  readonly clock: Clock;
  /** What fetching and sending content waits by; the machine's own timers unless given. */
  readonly alarm?: Alarm;
  /** False while the process starts and while it stops. */
  readonly ready: () => boolean;
  /** Ends what goes on in the background. */
  readonly signal: AbortSignal;
  readonly report: (problem: unknown) => void;
}

/** What a gateway and a node alone both serve. */
export interface Services {
  /** `/v1/…`, `/health`, `/metrics`. */
  readonly routes: readonly Hono<ServiceEnv>[];
  /** The status page at these paths. */
  statusAt(...paths: readonly string[]): Hono<GatewayEnv>;
  /** Counts an answer by its status. */
  readonly count: (status: number) => void;
}

/** Routes for programs, and the status page. */
export function createServices(
  options: ServerOptions & { parts: Parts; resolver: Resolver },
): Services {
  const { settings, node, network, parts, resolver, clock, ready, signal } = options;
  const { background = NO_BACKGROUND, rules = NO_RULES } = options;
  const { identifier, sources, verifier, peerRecords: records } = parts;
  const startedAt = clock();
  const status = () => readStatus({ settings, startedAt, clock, node, network, background });
  const requests = createRequestCounter();
  const metrics = [
    requests.metric,
    ...processMetrics({ startedAt }),
    ...(node === null ? [] : nodeMetrics({ node, followed: background.followed })),
    ...(network === null ? [] : [...networkMetrics(network), ...contentMetrics(network)]),
  ];
  const peers = sources.filter((source) => source.offer !== undefined);
  const holders = holdersFrom({ settings, node, network, outbound: parts.outbound });
  const lookUps = { identifier, sources, verifier, holders, clock, rules, accept: resolver.accept };
  return {
    routes: [
      pointerRoutes({
        resolver,
        node,
        verifier,
        rules,
        peers,
        waitingRoom: records.waitingRoom,
        clock,
        signal,
        network: network === null ? null : inNetwork(options),
      }),
      peersRoutes({ settings, records, network, clock }),
      ...(node === null ? [] : [
        adminRoutes({ node, network, lookUps, status }),
        followRoutes({ node, identifier, followed: background.followed, rules }),
      ]),
      healthRoutes({ ready, metrics }),
    ],
    statusAt: (...paths) => statusRoutes({ paths, read: status }),
    count: requests.count,
  };
}

/** Where the gateway itself is, by its listener and its settings. */
export function ownOrigins(
  { publicOrigin, settings }: Pick<ServerOptions, "publicOrigin" | "settings">,
): OwnOrigins {
  const onionUrl = settings.get(onionUrlSetting);
  return { publicOrigin, onionOrigin: onionUrl === null ? null : new URL(onionUrl) };
}

/** Answers other nodes' questions from the store and the DHT: peers would ask back. */
function inNetwork({ parts: { sources, verifier }, node, clock, signal }: {
  parts: Parts;
  node: Node | null;
  clock: Clock;
  signal: AbortSignal;
}): Resolver {
  const withoutPeers = sources.filter(({ asks }) => asks === undefined);
  const resolver = createResolver({ sources: withoutPeers, verifier, clock, signal });
  node?.pointers.onStored((pointer) => resolver.accept(pointer));
  return resolver;
}
