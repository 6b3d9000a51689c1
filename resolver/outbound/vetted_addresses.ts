import { quote } from "../../schemas/quote.ts";
import type { Call } from "../contracts.ts";
import type { DnsClient } from "../dns/client.ts";
import { NameLookupError, OutboundError } from "../errors.ts";
import type { AddressRanges } from "./address_ranges.ts";
import { parseIpAddress } from "./ip_address.ts";
import { whyNotPublic } from "./public_address.ts";

/** More addresses than any honest host has; vetting and connecting to them is bounded by it. */
const MAX_ADDRESSES = 64;

/**
 * The addresses of a stranger's host (a name or an IP literal): looked up once, and every one of them
 * vetted. One bad address refuses the host, because an attacker mixes it with good ones.
 * Throws OutboundError `dns` or `refused`.
 */
export async function vettedAddresses(
  host: string,
  means: { dns: DnsClient; allowPrivate: AddressRanges },
  call: Call,
): Promise<readonly string[]> {
  const literal = host.replace(/^\[|\]$/g, "");
  const isLiteral = parseIpAddress(literal) !== null;
  const addresses = isLiteral ? [literal] : await lookUp(host, means.dns, call);
  for (const address of addresses) {
    const fault = means.allowPrivate.includes(address) ? null : whyNotPublic(address);
    if (fault === null) continue;
    throw new OutboundError(`${quote(host)} ${isLiteral ? "is" : "leads to"} ${fault}.`, {
      reason: "refused",
      remedy: "Hosts that strangers name must be on the public Internet; an operator can allow " +
        "address ranges with ALLOW_PRIVATE.",
    });
  }
  return addresses;
}

async function lookUp(host: string, dns: DnsClient, call: Call): Promise<readonly string[]> {
  const answer = await dns.addresses(host, call).catch((cause) => {
    if (!(cause instanceof NameLookupError)) throw cause;
    throw new OutboundError(`The address of ${quote(host)} could not be looked up.`, {
      reason: "dns",
      cause,
    });
  });
  if (answer.records.length === 0) {
    throw new OutboundError(`The host ${quote(host)} does not exist.`, { reason: "dns" });
  }
  if (answer.records.length > MAX_ADDRESSES) {
    throw new OutboundError(`${quote(host)} has too many addresses.`, { reason: "refused" });
  }
  return answer.records;
}
