import type { PartContext } from "../../resolver/contracts.ts";
import { parseAddressRanges } from "../../resolver/outbound/address_ranges.ts";
import { createOutbound } from "../../resolver/outbound/create.ts";
import { fakeDns } from "./fake_dns.ts";
import { settingsOf } from "./settings.ts";

/** What a part is built from, with nothing configured but what the test gives. */
export function partContext(given: Partial<PartContext> = {}): PartContext {
  const dns = given.dns ?? fakeDns({});
  const clock = given.clock ?? Date.now;
  const allowPrivate = parseAddressRanges("");
  return {
    settings: settingsOf({}),
    outbound: createOutbound({ dns, allowPrivate, clock }),
    node: null,
    ...given,
    dns,
    clock,
  };
}
