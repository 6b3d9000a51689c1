import { Hono } from "hono";
import type { Clock } from "../../resolver/contracts.ts";
import type { PointerNetwork } from "../../resolver/network/network.ts";
import { allowPrivateSetting } from "../../resolver/outbound/setting.ts";
import { type Acquaintances, MAX_ACQUAINTANCES } from "../../resolver/peers/acquaintances.ts";
import { learnedUrl } from "../../resolver/peers/learned_url.ts";
import { presentablePeers } from "../../resolver/peers/presentable.ts";
import type { PeerRecords } from "../../resolver/peers/records.ts";
import { peersSetting } from "../../resolver/peers/setting.ts";
import type { Settings } from "../../schemas/setting.ts";
import { publicUrlSetting } from "../config/settings.ts";
import type { ServiceEnv } from "../http/gateway_env.ts";

/** What is told of this process and of others. */
export interface PeersRoutesOptions {
  readonly settings: Settings;
  readonly records: PeerRecords;
  readonly network: PointerNetwork | null;
  readonly clock: Clock;
}

/**
 * `GET /v1/peers`: how nodes learn of each other. This process's own address comes first when the
 * operator named one that strangers may ask, then others that answered well lately.
 */
export function peersRoutes(options: PeersRoutesOptions): Hono<ServiceEnv> {
  const { settings, records, network, clock } = options;
  const publicUrl = settings.get(publicUrlSetting);
  const own = publicUrl === null ? null : learnedUrl(publicUrl, settings.get(allowPrivateSetting));
  const peers = settings.get(peersSetting);
  const routes = new Hono<ServiceEnv>();

  routes.get("/v1/peers", (context) => {
    const others = presentablePeers({ peers, records, clock });
    const known = own === null ? others : [own, ...others.filter((url) => url !== own)];
    const answer: Acquaintances = {
      peers: known.slice(0, MAX_ACQUAINTANCES),
      addresses: (network?.addresses() ?? []).slice(0, MAX_ACQUAINTANCES),
    };
    context.header("Cache-Control", "no-store");
    context.header("Access-Control-Allow-Origin", "*");
    return context.json(answer);
  });
  return routes;
}
