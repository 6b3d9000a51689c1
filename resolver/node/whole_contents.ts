import { LRUCache } from "lru-cache";
import type { CID } from "multiformats/cid";
import { isWithdrawn, parsePointer } from "../../schemas/pointer.ts";
import { DAG_PB, isInline, parseCid } from "../content/cid.ts";
import { contentLimits } from "../content/limits.ts";
import { linksUnder } from "../content/unixfs.ts";
import { verifyContent } from "../content/verified.ts";
import type { Clock } from "../contracts.ts";
import { NO_RULES, type OperatorRules } from "../rules/operator_rules.ts";
import { refusesDocument } from "../rules/refuses_document.ts";
import type { Node } from "./node.ts";

/** Pointers whose content is looked at. */
const POINTERS_MAX = 1_000;

/** Blocks of one content that are looked at: 5 GiB in leaves of 256 KiB. What has more is not counted. */
const BLOCKS_MAX = 20_000;

/** How long it is believed that something is whole, and that it is not; milliseconds. */
const WHOLE_MILLISECONDS = 60 * 60_000;
const NOT_WHOLE_MILLISECONDS = 10 * 60_000;

/** Looks at the newest pointers' contents that this node holds with every block, and serves. */
export function createWholeContents(
  { pointers, blocks }: Pick<Node, "pointers" | "blocks">,
  { clock, rules = NO_RULES }: { clock: Clock; rules?: OperatorRules },
): () => Promise<readonly CID[]> {
  const known = new LRUCache<string, { readonly whole: boolean; readonly until: number }>({
    max: POINTERS_MAX,
  });

  async function isWhole(root: CID): Promise<boolean> {
    const waiting = [root];
    const seen = new Set(waiting.map(nameOf));
    for (let cid = waiting.pop(); cid !== undefined; cid = waiting.pop()) {
      if (cid.code !== DAG_PB) {
        if (!isInline(cid) && !await blocks.has(cid)) return false;
        continue;
      }
      const block = isInline(cid) ? Uint8Array.from(cid.multihash.digest) : await blocks.get(cid);
      const content = block === null ? null : verifyContent(cid, block);
      if (content === null) return false;
      for (const link of await linksUnder(cid, content, contentLimits)) {
        if (seen.has(nameOf(link))) continue;
        // Counted before they are looked at: a node has thousands, and each costs memory.
        if (seen.size >= BLOCKS_MAX) return false;
        seen.add(nameOf(link));
        waiting.push(link);
      }
    }
    return true;
  }

  return async () => {
    const whole: CID[] = [];
    for (const identity of pointers.wanted(POINTERS_MAX)) {
      const bytes = pointers.get(identity);
      if (bytes === null) continue;
      const pointer = parsePointer(bytes);
      const root = isWithdrawn(pointer) ? null : parseCid(pointer.cid);
      // A rule counts at once, whatever is believed of the content.
      if (root === null || refusesDocument(rules, pointer)) continue;
      const name = root.toString();
      const now = clock();
      let state = known.get(name);
      if (state === undefined || state.until <= now) {
        const isHeld = await isWhole(root).catch(() => false);
        const until = now + (isHeld ? WHOLE_MILLISECONDS : NOT_WHOLE_MILLISECONDS);
        state = { whole: isHeld, until };
        known.set(name, state);
      }
      if (state.whole) whole.push(root);
    }
    return whole;
  };
}

function nameOf(cid: CID): string {
  return cid.toV1().toString();
}
