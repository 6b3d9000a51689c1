import type { Libp2pOptions } from "libp2p";
import type { Multiaddr } from "@multiformats/multiaddr";
import { LRUCache } from "lru-cache";
import { isLoopback } from "../client_key.ts";
import { parseIpAddress } from "../outbound/ip_address.ts";
import type { DialRules } from "./dial_rules.ts";

/** Another name than libp2p's, which every IPFS node on the local network answers to. */
const SERVICE = "_ourspace._udp.local";

/** Peers of the local network that are remembered, and addresses of each. */
const MAX_PEERS = 100;
const MAX_ADDRESSES = 8;

type Discovery = NonNullable<Libp2pOptions["peerDiscovery"]>[number];

/**
 * Finds nodes of the local network by multicast DNS. Their addresses may be private, but not this
 * machine's own. Listens on port 5353 of all interfaces, which the process must be allowed to do.
 */
export async function discoverOnLan(rules: DialRules): Promise<Discovery> {
  const { mdns } = await import("@libp2p/mdns");
  const met = new LRUCache<string, true>({ max: MAX_PEERS });

  return (components) => {
    const discovery = mdns({ serviceTag: SERVICE })(components);
    // Before libp2p's own listener, which keeps only addresses that the rules allow.
    discovery.addEventListener("peer", ({ detail }) => {
      if (!met.has(detail.id.toString()) && met.size === MAX_PEERS) return;
      met.set(detail.id.toString(), true);
      const nearby = detail.multiaddrs.filter(isElsewhere).slice(0, MAX_ADDRESSES);
      for (const address of nearby) rules.trust(address);
      if (nearby.length > 0) {
        components.connectionManager.openConnection(nearby).catch(() => {});
      }
    });
    return discovery;
  };
}

function isElsewhere(address: Multiaddr): boolean {
  const [host, transport] = address.getComponents();
  const ip = host?.value ?? "";
  return transport?.name === "tcp" && parseIpAddress(ip) !== null && !isLoopback(ip);
}
