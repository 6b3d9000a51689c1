import type { BlockSource, Part } from "../contracts.ts";

/** The embedded node's own blocks. */
export const localBlocks: Part<BlockSource> = {
  id: "local",
  settings: [],
  create: ({ node }) =>
    Promise.resolve(
      node === null
        ? []
        : [{ id: "local", local: true, near: true, get: (cid) => node.blocks.get(cid) }],
    ),
};
