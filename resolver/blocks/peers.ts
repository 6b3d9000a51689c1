import type { BlockSource, Part } from "../contracts.ts";
import { peerName, peersSetting } from "../peers/setting.ts";
import { trustlessSource } from "../trustless.ts";

/** Other nodes: each serves the blocks that it holds, and asks nobody else for them. */
export const peerBlocks: Part<BlockSource> = {
  id: "peers",
  settings: [peersSetting],
  create: ({ settings, outbound, clock }) =>
    Promise.resolve(
      settings.get(peersSetting).map((baseUrl, place) => ({
        ...trustlessSource({ id: peerName(baseUrl, place), baseUrl, outbound, clock }),
        near: true,
      })),
    ),
};
