import type { PartContext } from "../../resolver/contracts.ts";
import { parseAddressRanges } from "../../resolver/outbound/address_ranges.ts";
import { createOutbound } from "../../resolver/outbound/create.ts";
import type { Setting, Settings } from "../../schemas/setting.ts";
import { fakeDns } from "./fake_dns.ts";

/** Settings with these values; the others stand at what an unset variable means, or at none. */
export function settingsOf(values: Readonly<Record<string, string>>): Settings {
  return { get: <T>(setting: Setting<T>) => setting.parse(values[setting.name] ?? "") };
}

/** What parts are built from in tests: the real client, loopback only, and no node. */
export function partContext(
  values: Readonly<Record<string, string>> = {},
  others: Partial<PartContext> = {},
): PartContext {
  const dns = fakeDns({});
  const outbound = createOutbound({
    dns,
    allowPrivate: parseAddressRanges("127.0.0.0/8"),
    clock: Date.now,
  });
  return {
    settings: settingsOf(values),
    outbound,
    dns,
    node: null,
    network: null,
    clock: Date.now,
    ...others,
  };
}
