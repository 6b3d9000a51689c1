import type { PeerId } from "@libp2p/interface";
import { peerIdFromString } from "@libp2p/peer-id";
import type { CID } from "multiformats/cid";
import type { Call } from "../contracts.ts";
import { type Alarm, deadline } from "../deadline.ts";
import { createOutcomes } from "../outcomes.ts";
import { askProviders, placeOf, type Provider } from "./ask_providers.ts";
import { contentKey, contentName } from "./content_key.ts";
import { withDialBudget } from "./dial_budget.ts";
import type { Host } from "./libp2p_host.ts";
import { DHT_PROTOCOL, type NetworkPut } from "./network.ts";
import type { ProviderRecords } from "./provider_records.ts";
import type { NetworkTimes } from "./times.ts";

/** Of one node's answer so many are asked, so that one liar cannot fill the list; and over all answers. */
const PER_ANSWER = 20;
const PROVIDERS_ASKED_MAX = 40;

/** Who provides content, in the DHT. */
export interface ContentRouting {
  /** As `PointerNetwork.provide`. */
  provide(cid: CID, call: Call): Promise<NetworkPut>;
  /**
   * Those who are said to provide it, at each place once, as they are found. Never this node; never
   * throws but the signal's reason.
   */
  providers(cid: CID, call: Call): AsyncIterable<Provider>;
}

export function createContentRouting(
  { host: { libp2p }, records, times, alarm }: {
    host: Pick<Host, "libp2p">;
    /** What this node itself was told. */
    records: ProviderRecords;
    times: NetworkTimes;
    alarm: Alarm;
  },
): ContentRouting {
  const { dht } = libp2p.services;

  /** The nodes closest to the content's key. */
  async function closest(cid: CID, signal: AbortSignal): Promise<readonly PeerId[]> {
    const found = new Map<string, PeerId>();
    try {
      const walk = () => dht.getClosestPeers(contentKey(cid), { signal });
      for await (const event of withDialBudget(walk)) {
        if (event.name === "FINAL_PEER") found.set(event.peer.id.toString(), event.peer.id);
      }
    } catch {
      // Whoever was found by then is asked.
    }
    return [...found.values()];
  }

  async function ask(peer: PeerId, cid: CID, parent: AbortSignal): Promise<readonly Provider[]> {
    using limit = deadline(times.question, { parent, alarm });
    try {
      const stream = await libp2p.dialProtocol(peer, DHT_PROTOCOL, { signal: limit.signal });
      return await askProviders(stream, cid, limit.signal);
    } catch {
      return [];
    }
  }

  return {
    async provide(cid, { signal }) {
      using limit = deadline(times.provide, { parent: signal, alarm });
      const asked = new Set<string>();
      const told = new Set<string>();
      try {
        const walk = () => dht.provide(cid, { signal: limit.signal });
        for await (const event of withDialBudget(walk)) {
          if (event.name === "SEND_QUERY" && event.messageType === "ADD_PROVIDER") {
            asked.add(event.to.toString());
          }
          if (event.name === "PEER_RESPONSE" && event.messageType === "ADD_PROVIDER") {
            told.add(event.from.toString());
          }
        }
      } catch {
        signal.throwIfAborted();
      }
      return { confirmed: told.size, failed: asked.size - told.size, among: false };
    },

    async *providers(cid, { signal }) {
      using limit = deadline(times.search, { parent: signal, alarm });
      const seen = new Set<string>();
      const isNew = (provider: Provider) => {
        const place = placeOf(provider);
        if (seen.has(place) || seen.size >= PROVIDERS_ASKED_MAX) return false;
        seen.add(place);
        return !provider.peer.equals(libp2p.peerId);
      };
      for (const name of records.of(contentName(cid))) {
        const addresses = records.addressesOf(name);
        const provider = { peer: peerIdFromString(name), addresses };
        if (isNew(provider)) yield provider;
      }
      const nodes = await closest(cid, limit.signal);
      const answers = createOutcomes<readonly Provider[]>();
      for (const node of nodes) answers.add(ask(node, cid, limit.signal));
      for (let answer = await answers.next(); answer !== null; answer = await answers.next()) {
        yield* answer.slice(0, PER_ANSWER).filter(isNew);
      }
      signal.throwIfAborted();
    },
  };
}
