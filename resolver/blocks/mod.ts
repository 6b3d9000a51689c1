import type { BlockSource, Part } from "../contracts.ts";
import { bitswapBlocks } from "./bitswap.ts";
import { kuboBlocks } from "./kubo.ts";
import { localBlocks } from "./local.ts";
import { peerBlocks } from "./peers.ts";
import { trustlessGatewayBlocks } from "./trustless_gateway.ts";

/** Where blocks come from, nearest first: sources that nothing is known about are asked in this order. */
export const blockSources: readonly Part<BlockSource>[] = [
  localBlocks,
  kuboBlocks,
  peerBlocks,
  bitswapBlocks,
  trustlessGatewayBlocks,
];
