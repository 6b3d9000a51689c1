import type { CID } from "multiformats/cid";
import type { Roads } from "../../resolver/content/content.ts";
import type { References } from "../../resolver/content/references.ts";
import type { OperatorRules } from "../../resolver/rules/operator_rules.ts";

/** By which roads content at `/ipfs/{root}/{path}` comes; `none`: it is not for visitors of this gateway. */
export type IpfsScope = (root: CID, path: string) => Roads | "none";

/**
 * A gateway shows feeds, and is no proxy to all of IPFS: what no feed refers to is asked for near by
 * only, so that no stranger chooses what is fetched and kept here. `open`: the operator wants it
 * otherwise. With an allow list, what is near may belong to others.
 */
export function createIpfsScope(
  { open, references, rules }: { open: boolean; references: References; rules: OperatorRules },
): IpfsScope {
  return (root, path) => {
    if (open || references.has(root.toV1().toString())) return "all";
    if (!rules.onlyListed) return "near";
    return rules.listsContent(root, path) ? "all" : "none";
  };
}
