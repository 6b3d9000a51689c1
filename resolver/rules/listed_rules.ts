import type { CID } from "multiformats/cid";
import type { Identity } from "../../schemas/identity.ts";
import type { Name } from "../../schemas/name.ts";
import { trimSlashes } from "../trim_slashes.ts";
import { type FollowedList, followList } from "./followed_list.ts";
import type { RulesOptions } from "./open_rules.ts";
import type { OperatorRules } from "./operator_rules.ts";
import { accountKey, domainKey } from "./rule.ts";
import type { RuleSet, Verdict } from "./rule_set.ts";
import { allowlistSetting, denylistSetting } from "./settings.ts";

/** See `openRules`: the part that is loaded where there are lists. */
export async function openListedRules(options: RulesOptions): Promise<OperatorRules> {
  const { settings } = options;
  const listeners = new Set<() => void>();
  const onChange = () => {
    for (const listener of listeners) listener();
  };
  const open = (setting: typeof denylistSetting) =>
    Promise.all(
      settings.get(setting).map((path) =>
        followList({ ...options, what: setting.name, path, onChange })
      ),
    );
  const denied = await open(denylistSetting);
  const allowed = await open(allowlistSetting);
  return rulesOf(denied, allowed, (listener) => void listeners.add(listener));
}

function rulesOf(
  denied: readonly FollowedList[],
  allowed: readonly FollowedList[],
  onChange: OperatorRules["onChange"],
): OperatorRules {
  const onlyListed = allowed.length > 0;
  const refuses = (key: string) => {
    const ask = (rules: RuleSet) => rules.verdictOnName(key);
    return lists(denied, ask) || (onlyListed && !lists(allowed, ask));
  };
  return {
    onlyListed,
    refusesName: (name) => refuses(keyOfName(name)),
    refusesIdentity: (identity) => refuses(accountKey(identity)),
    refusesBehindName: (identity: Identity) =>
      lists(denied, (rules) => rules.verdictOnName(accountKey(identity))),
    refusesPath: (root: CID, path) =>
      lists(denied, (rules) => rules.verdictOnPath(root, trimSlashes(path))),
    refusesBlock: (cid: CID) => lists(denied, (rules) => rules.verdictOnBlock(cid)),
    listsContent: (root, path) =>
      lists(allowed, (rules) => rules.verdictOnPath(root, trimSlashes(path))),
    onChange,
  };
}

function keyOfName(name: Name): string {
  return name.kind === "identity" ? accountKey(name.identity) : domainKey(name.text);
}

/** Of several lists the last one that says anything decides. */
function lists(files: readonly FollowedList[], ask: (rules: RuleSet) => Verdict): boolean {
  const decisive = files.toReversed().map((file) => ask(file.rules()))
    .find((verdict) => verdict !== "unlisted");
  return decisive === "listed";
}
