import type { PointerNetwork } from "../../resolver/network/network.ts";
import type { Metric } from "./metrics.ts";

/** What the node sees of the pointer network. */
export function networkMetrics(network: PointerNetwork): readonly Metric[] {
  return [
    {
      name: "ourspace_network_connections",
      help: "Peers of the pointer network that are connected now.",
      type: "gauge",
      read: () => network.status().connections,
    },
    {
      name: "ourspace_network_routing_table_nodes",
      help: "Nodes in the routing table.",
      type: "gauge",
      read: () => network.status().routingTable,
    },
    {
      name: "ourspace_network_look_ups_total",
      help: "Look-ups in the network by how they ended.",
      type: "counter",
      read: () => {
        const { found, missing, failed } = network.status().lookUps;
        return { label: "outcome", values: new Map(Object.entries({ found, missing, failed })) };
      },
    },
    {
      name: "ourspace_network_look_up_seconds_total",
      help: "The time of all look-ups together.",
      type: "counter",
      read: () => network.status().lookUps.milliseconds / 1_000,
    },
    {
      name: "ourspace_network_puts_total",
      help: "Answers of nodes that were handed a pointer, re-puts included.",
      type: "counter",
      read: () => {
        const { confirmed, failed } = network.status().puts;
        return { label: "outcome", values: new Map(Object.entries({ confirmed, failed })) };
      },
    },
    {
      name: "ourspace_network_refused_records_total",
      help: "Records that others sent and that were not taken, by reason.",
      type: "counter",
      read: () => ({ label: "reason", values: network.status().refused }),
    },
    {
      name: "ourspace_network_messages_total",
      help: "Messages that came in, by kind.",
      type: "counter",
      read: () => ({ label: "kind", values: network.status().received }),
    },
  ];
}
