import { parsePointer } from "../../schemas/pointer.ts";
import type { ChangePage, Node, PinningBlockStore, PointerStore } from "../node/node.ts";
import { NO_RULES, type OperatorRules } from "./operator_rules.ts";
import { refusedContent } from "./refusals.ts";

/**
 * The same node, which neither takes nor gives what its operator refuses: whoever works with it, the HTTP
 * API, the DHT, the peers, finds as much there as if it were not held. What was stored before a rule came
 * stays on the disk, and is there again when the rule goes.
 */
export function governNode(node: Node, rules: OperatorRules): Node {
  if (rules === NO_RULES) return node;
  return {
    ...node,
    pointers: governPointers(node.pointers, rules),
    blocks: governBlocks(node.blocks, rules),
  };
}

function governPointers(pointers: PointerStore, rules: OperatorRules): PointerStore {
  const served = (bytes: Uint8Array) => !rules.refusesIdentity(parsePointer(bytes).identity);

  return {
    ...pointers,
    get: (identity) => rules.refusesIdentity(identity) ? null : pointers.get(identity),
    put: (pointer, sender) =>
      rules.refusesIdentity(pointer.identity) ? { kind: "refused" } : pointers.put(pointer, sender),
    asked(identity, asker) {
      if (!rules.refusesIdentity(identity)) pointers.asked(identity, asker);
    },
    wanted: (limit) =>
      pointers.wanted(limit).filter((identity) => !rules.refusesIdentity(identity)),
    async changes(since, limit, call) {
      let cursor = since;
      for (;;) {
        const page: ChangePage | null = await pointers.changes(cursor, limit, call);
        if (page === null || page.pointers.length === 0) return page;
        const kept = page.pointers.filter(served);
        if (kept.length > 0) return { ...page, pointers: kept };
        // A page without a pointer means that nothing is new. Others have their turn in between.
        cursor = page.cursor;
        await new Promise((resolve) => setTimeout(resolve, 0));
      }
    },
  };
}

function governBlocks(blocks: PinningBlockStore, rules: OperatorRules): PinningBlockStore {
  return {
    ...blocks,
    get: (cid) => rules.refusesBlock(cid) ? Promise.resolve(null) : blocks.get(cid),
    has: (cid) => rules.refusesBlock(cid) ? Promise.resolve(false) : blocks.has(cid),
    put: (cid, bytes, root) =>
      rules.refusesBlock(cid) ? Promise.reject(refusedContent()) : blocks.put(cid, bytes, root),
  };
}
