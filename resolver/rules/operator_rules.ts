import type { CID } from "multiformats/cid";
import type { Identity } from "../../schemas/identity.ts";
import type { Name } from "../../schemas/name.ts";

/** What files and folders the operator does not serve. */
export interface ContentRules {
  /**
   * What lies at a path below a CID; without a path, the CID itself. The path is decoded. To be asked
   * before anything is looked up.
   */
  refusesPath(root: CID, path: string): boolean;
  /** A block, wherever it was met: as a part of a file, or on the way to one. */
  refusesBlock(cid: CID): boolean;
}

/**
 * Whom and what this gateway's operator serves. The rules change while the process runs: nobody keeps
 * an answer, or what was made of one, past `onChange`.
 */
export interface OperatorRules extends ContentRules {
  /** A name as a visitor types it, before it is looked up. */
  refusesName(name: Name): boolean;
  /** A wallet or contract account, by itself. */
  refusesIdentity(identity: Identity): boolean;
  /**
   * The account that a served name has led to. An allow list that has the name needs not have its
   * account too: it may change as the name's owner likes.
   */
  refusesBehindName(identity: Identity): boolean;
  /** True when only what the operator listed is served. */
  readonly onlyListed: boolean;
  /** True when the operator listed this very content. */
  listsContent(root: CID, path: string): boolean;
  /** Calls the listener after every change. */
  onChange(listener: () => void): void;
}

/** Everything is served. */
export const NO_RULES: OperatorRules = {
  refusesName: () => false,
  refusesIdentity: () => false,
  refusesBehindName: () => false,
  refusesPath: () => false,
  refusesBlock: () => false,
  onlyListed: false,
  listsContent: () => false,
  onChange: () => {},
};
