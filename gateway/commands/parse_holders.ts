import type { ContentHolder } from "../content_holders.ts";
import { fields, list, oneOf, text } from "./answer_fields.ts";
import { parseJson } from "./parse_json.ts";

const KINDS: readonly ContentHolder["kind"][] = ["here", "peer", "network"];

/** The running node's answer to who holds content. Throws OurSpaceError. */
export function parseHolders(body: string): readonly ContentHolder[] {
  return list(fields(parseJson(body))["holders"]).map(parseHolder);
}

/** One of them. Throws OurSpaceError. */
export function parseHolder(value: unknown): ContentHolder {
  const holder = fields(value);
  return { name: text(holder["name"]), kind: oneOf(KINDS, holder["kind"]) };
}
