import { NameLookupError } from "../errors.ts";
import { parseAddressRanges } from "../outbound/address_ranges.ts";
import { plainServer } from "./plain.ts";
import type { DnsServer } from "./server.ts";
import { parseEndpoint } from "./setting.ts";

/** More would only make a look-up that fails last longer; the C library takes three, too. */
const MAX_SERVERS = 3;

const LOOPBACK = parseAddressRanges("127.0.0.0/8,::1");

/**
 * The servers that the machine is set up with, read anew for each look-up because machines move
 * between networks. Throws NameLookupError `failed`.
 */
export async function systemServers(
  read: () => Promise<readonly string[]> = machineServers,
): Promise<readonly DnsServer[]> {
  const texts = await read().catch((cause) => {
    throw new NameLookupError("The machine's DNS servers could not be read.", {
      reason: "failed",
      remedy: "Allow it with --allow-sys=networkInterfaces, or set DNS to a server.",
      cause,
    });
  });
  const endpoints = [...new Set(texts)].map(parseEndpoint).filter((endpoint) => endpoint !== null);
  return endpoints.slice(0, MAX_SERVERS).map((endpoint) =>
    // Whoever runs a network hands out its servers and can rewrite what they say on the way, so
    // only a validating resolver on this machine is believed (RFC 4035, section 4.9.3).
    plainServer(endpoint, { authentication: LOOPBACK.includes(endpoint.address) })
  );
}

async function machineServers(): Promise<readonly string[]> {
  const { getServers } = await import("node:dns");
  return getServers();
}
