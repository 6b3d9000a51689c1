import type { CID } from "multiformats/cid";
import type { Roads } from "../../resolver/content/content.ts";
import type { References } from "../../resolver/content/references.ts";
import type { Call } from "../../resolver/contracts.ts";
import { isTimeout } from "../../resolver/deadline.ts";
import type { OperatorRules } from "../../resolver/rules/operator_rules.ts";
import { refusedContent } from "../../resolver/rules/refusals.ts";
import { OurSpaceError } from "../../schemas/errors.ts";
import type { Name } from "../../schemas/name.ts";

/** What is asked for at `/ipfs/{root}/{path}`. */
export interface IpfsQuestion {
  readonly root: CID;
  readonly path: string;
  /** Whose page the visitor's browser shows it on, as it says; null when it says nothing. */
  readonly shownBy: Name | null;
}

/**
 * By which roads content comes; `none`: it is not for visitors of this gateway. Throws
 * RefusedByOperatorError for content that only denied accounts' feeds refer to, and nobody is kept for.
 */
export type IpfsScope = (question: IpfsQuestion, call: Call) => Promise<Roads | "none">;

/** What decides. */
export interface IpfsScopeParts {
  /** The operator opens the gateway to all content. */
  readonly open: boolean;
  readonly references: References;
  readonly rules: OperatorRules;
  /** Whether this node keeps it for somebody who is served: whoever else refers to it takes it from nobody. */
  readonly keeps: (cid: CID) => boolean;
  /** Reads a name's feed, and notes what it refers to. Absent where no feeds are read. */
  readonly readFeed?: (name: Name, call: Call) => Promise<unknown>;
}

/**
 * A gateway shows feeds, and is no proxy to all of IPFS: what no feed refers to is asked for near by
 * only, so that no stranger chooses what is fetched and kept here. With an allow list, what is near may
 * belong to others. Several instances may answer for one page: one that has not read the feed reads it
 * when its page's media are asked for.
 */
export function createIpfsScope(
  { open, references, rules, keeps, readFeed }: IpfsScopeParts,
): IpfsScope {
  return async ({ root, path, shownBy }, call) => {
    const cid = root.toV1().toString();
    const known = references.stateOf(cid);
    if (known === "referred" || (open && known === "unknown")) return "all";
    if (shownBy !== null) await readFeed?.(shownBy, call).catch(ignoreFailure);
    const state = references.stateOf(cid);
    if (state === "referred" || rules.listsContent(root, path)) return "all";
    if (state === "refused" && !keeps(root)) throw refusedContent();
    return rules.onlyListed ? "none" : "near";
  };
}

/** Whatever is wrong with that feed is told where it is asked for. */
function ignoreFailure(error: unknown): void {
  if (!(error instanceof OurSpaceError || isTimeout(error))) throw error;
}
