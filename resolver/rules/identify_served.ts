import type { Name } from "../../schemas/name.ts";
import type { Call } from "../contracts.ts";
import type { IdentifiedName, Identifier } from "../identify.ts";
import type { OperatorRules } from "./operator_rules.ts";
import { refusedFeed } from "./refusals.ts";

/**
 * Whom a name leads to, when the rules allow both: a refused name is not looked up. Throws what
 * `Identifier.identify` throws, and RefusedByOperatorError.
 */
export async function identifyServed(
  name: Name,
  { identifier, rules }: { readonly identifier: Identifier; readonly rules: OperatorRules },
  call: Call,
): Promise<IdentifiedName> {
  if (rules.refusesName(name)) throw refusedFeed(name.text);
  const record = await identifier.identify(name, call);
  if (rules.refusesBehindName(record.identity)) throw refusedFeed(name.text);
  return record;
}
