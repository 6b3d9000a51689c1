import type { CID } from "multiformats/cid";
import { parsePointer } from "../../schemas/pointer.ts";
import type { Node } from "./node.ts";

/**
 * Lets go of what has come of content that there is no room for, so that smaller content finds some. What
 * is held whole, or named by a pointer that is kept here, stays.
 */
export async function giveBackRoom(
  { pointers, blocks: { pins } }: Pick<Node, "pointers" | "blocks">,
  root: CID,
): Promise<void> {
  const name = root.toString();
  const isKept = pins.isComplete(root) ||
    pointers.kept().some(({ bytes }) => parsePointer(bytes).cid === name);
  if (!isKept) await pins.release(root);
}
