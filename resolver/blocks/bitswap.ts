import type { BlockSource, Part } from "../contracts.ts";

/**
 * The pointer network's nodes, and IPFS nodes that are connected to this one, by bitswap. Its settings
 * are the network's.
 */
export const bitswapBlocks: Part<BlockSource> = {
  id: "bitswap",
  settings: [],
  create: ({ network }) =>
    Promise.resolve(
      network === null
        ? []
        : [{ id: "bitswap", get: (cid, call) => network.content.block(cid, call) }],
    ),
};
