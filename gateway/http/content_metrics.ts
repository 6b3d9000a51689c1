import type { PointerNetwork } from "../../resolver/network/network.ts";
import type { Metric } from "./metrics.ts";

/** Content that the node gave to others in the network, and took from them. */
export function contentMetrics({ content }: PointerNetwork): readonly Metric[] {
  return [
    {
      name: "ourspace_bitswap_blocks_total",
      help: "Blocks by bitswap: sent to others, received, and received without being wanted.",
      type: "counter",
      read() {
        const { sentBlocks, receivedBlocks, unaskedBlocks } = content.counters();
        const values = { sent: sentBlocks, received: receivedBlocks, unasked: unaskedBlocks };
        return { label: "kind", values: new Map(Object.entries(values)) };
      },
    },
    {
      name: "ourspace_bitswap_bytes_total",
      help: "Bytes of these blocks.",
      type: "counter",
      read() {
        const { sentBytes, receivedBytes } = content.counters();
        const values = { sent: sentBytes, received: receivedBytes };
        return { label: "kind", values: new Map(Object.entries(values)) };
      },
    },
    {
      name: "ourspace_bitswap_refused_wants_total",
      help: "Wants of others beyond what is answered.",
      type: "counter",
      read: () => content.counters().refusedWants,
    },
  ];
}
