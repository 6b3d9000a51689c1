import { CID } from "multiformats/cid";
import type { Pointer } from "../../schemas/pointer.ts";
import { NO_RULES, type OperatorRules } from "./operator_rules.ts";

/** Where a feed's document was found below its pointer's CID. */
export interface DocumentPlace {
  readonly cid: CID;
  /** In the folder that the pointer names; empty for a single file. */
  readonly name: string;
}

/** Whether the rules refuse what a pointer leads to: its CID, and the document when it is known. */
export function refusesDocument(
  rules: OperatorRules,
  pointer: Pick<Pointer, "cid">,
  document?: DocumentPlace,
): boolean {
  if (rules === NO_RULES) return false;
  const root = CID.parse(pointer.cid);
  if (rules.refusesPath(root, "") || rules.refusesBlock(root)) return true;
  return document !== undefined &&
    (rules.refusesPath(root, document.name) || rules.refusesBlock(document.cid));
}
