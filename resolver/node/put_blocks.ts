import type { CID } from "multiformats/cid";
import type { SourceBlock } from "../contracts.ts";
import type { PinningBlockStore } from "./node.ts";

/**
 * Writes blocks at once, pinned as a part of the root's content when there is one. It ends when all of them
 * have: when it throws, none of them is still being written or pinned. Throws the first error in their order.
 */
export async function putBlocks(
  blocks: readonly SourceBlock[],
  store: Pick<PinningBlockStore, "put">,
  root?: CID,
): Promise<void> {
  const ends = await Promise.allSettled(
    blocks.map(({ cid, bytes }) => store.put(cid, bytes, root)),
  );
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}
