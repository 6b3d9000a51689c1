import type { Call } from "../../resolver/contracts.ts";
import type { IdentifiedName, Identifier } from "../../resolver/identify.ts";
import type { Resolution, Resolver } from "../../resolver/resolver.ts";
import { identifyServed } from "../../resolver/rules/identify_served.ts";
import type { OperatorRules } from "../../resolver/rules/operator_rules.ts";
import { refusesDocument } from "../../resolver/rules/refuses_document.ts";
import { refusedContent } from "../../resolver/rules/refusals.ts";
import type { Name } from "../../schemas/name.ts";

/** A name that was followed to its newest pointer. */
export interface Visit {
  readonly name: Name;
  readonly record: IdentifiedName;
  readonly resolution: Resolution;
  /** The name or the sources could not be asked again: what is shown may not be the newest. */
  readonly stale: boolean;
}

/** The first two steps of every answer: name → identity → newest pointer. */
export type Visits = (name: Name, call: Call) => Promise<Visit>;

/** Throws what the identifier and the resolver throw, and RefusedByOperatorError. */
export function createVisits(
  parts: { identifier: Identifier; resolver: Resolver; rules: OperatorRules },
): Visits {
  const { rules } = parts;
  return async (name, call) => {
    const record = await identifyServed(name, parts, call);
    const resolution = await parts.resolver.resolve(record.identity, {
      ...call,
      policy: "cache-first",
    });
    if (refusesDocument(rules, resolution.pointer)) throw refusedContent();
    const stale = record.stale || resolution.freshness === "stale";
    return { name, record, resolution, stale };
  };
}
