import type { BlockSource, Part } from "../contracts.ts";
import { peerName, peersSetting } from "../peers/setting.ts";
import { fetchRawBlock } from "../trustless.ts";

/** Other nodes: each serves the blocks that it holds, and asks nobody else for them. */
export const peerBlocks: Part<BlockSource> = {
  id: "peers",
  settings: [peersSetting],
  create: ({ settings, outbound }) =>
    Promise.resolve(
      settings.get(peersSetting).map((peer, place) => ({
        id: peerName(peer, place),
        near: true,
        get: (cid, call) => fetchRawBlock(outbound, peer, cid, call),
      })),
    ),
};
