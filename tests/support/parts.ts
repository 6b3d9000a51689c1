import type { Clock, PartContext } from "../../resolver/contracts.ts";
import { parseAddressRanges } from "../../resolver/outbound/address_ranges.ts";
import { createOutbound } from "../../resolver/outbound/create.ts";
import { openPeerRecords, type PeerRecords } from "../../resolver/peers/records.ts";
import type { Setting, Settings } from "../../schemas/setting.ts";
import { fakeDns } from "./fake_dns.ts";

/** Settings with these values; the others stand at what an unset variable means, or at none. */
export function settingsOf(values: Readonly<Record<string, string>>): Settings {
  return { get: <T>(setting: Setting<T>) => setting.parse(values[setting.name] ?? "") };
}

/** Nobody is known yet. */
export function peerRecords(settings: Settings, clock: Clock = Date.now): PeerRecords {
  return openPeerRecords({
    settings,
    keyValues: null,
    clock,
    random: () => 0,
    report: (problem) => {
      throw new Error(problem);
    },
  });
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
  const settings = settingsOf(values);
  return {
    settings,
    outbound,
    dns,
    node: null,
    network: null,
    peerRecords: peerRecords(settings),
    clock: Date.now,
    ...others,
  };
}
