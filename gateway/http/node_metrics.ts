import type { FollowedFeed } from "../../resolver/keeping/followed_feed.ts";
import type { Node } from "../../resolver/node/node.ts";
import { countStates } from "../status/status.ts";
import type { Metric } from "./metrics.ts";

/** What a node holds. */
export function nodeMetrics(
  { node, followed }: { node: Node; followed: () => readonly FollowedFeed[] },
): readonly Metric[] {
  return [
    {
      name: "ourspace_pointers",
      help: "Identities whose newest pointer the node holds.",
      type: "gauge",
      read: () => node.pointers.count(),
    },
    {
      name: "ourspace_pointer_bytes",
      help: "The pointers' size, as they were signed and sent.",
      type: "gauge",
      read: () => node.pointers.bytes(),
    },
    {
      name: "ourspace_blocks",
      help: "Blocks of content that the node holds.",
      type: "gauge",
      read: () => node.blocks.usage().blocks,
    },
    {
      name: "ourspace_block_bytes",
      help: "What the blocks take on the disk.",
      type: "gauge",
      read: () => node.blocks.usage().bytes,
    },
    {
      name: "ourspace_pinned_block_bytes",
      help: "The part of it that is published or followed here, and never makes room.",
      type: "gauge",
      read: () => node.blocks.usage().pinnedBytes,
    },
    {
      name: "ourspace_evicted_blocks_total",
      help: "Blocks that made room for others.",
      type: "counter",
      read: () => node.blocks.usage().evicted,
    },
    {
      name: "ourspace_followed_feeds",
      help: "Names that are followed here, by how it is with what is kept of them.",
      type: "gauge",
      read: () => ({ label: "state", values: countStates(followed()) }),
    },
  ];
}
