import type { Settings } from "../../schemas/setting.ts";
import type { Alarm } from "../deadline.ts";
import { NO_RULES, type OperatorRules } from "./operator_rules.ts";
import { allowlistSetting, denylistSetting } from "./settings.ts";

/** What the rules are made of. */
export interface RulesOptions {
  readonly settings: Settings;
  readonly alarm: Alarm;
  /** Ends the looking for changes. */
  readonly signal: AbortSignal;
  readonly report: (problem: string) => void;
}

/**
 * The rules in the files that the settings name. Throws an OurSpaceError for a file that cannot be used:
 * a gateway whose operator wants rules does not start without them.
 */
export async function openRules(options: RulesOptions): Promise<OperatorRules> {
  const { settings } = options;
  const paths = [...settings.get(denylistSetting), ...settings.get(allowlistSetting)];
  if (paths.length === 0) return NO_RULES;
  // What reads lists would cost every gateway a part of its cold start.
  const { openListedRules } = await import("./listed_rules.ts");
  return await openListedRules(options);
}
