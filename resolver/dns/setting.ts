import { OurSpaceError } from "../../schemas/errors.ts";
import { quote } from "../../schemas/quote.ts";
import type { Setting } from "../../schemas/setting.ts";
import { parseIpAddress } from "../outbound/ip_address.ts";

/** An IP address and a port. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** Where names are looked up. `none`: nowhere, so that only names without DNS work. */
export type DnsServers =
  | { readonly kind: "none" }
  | { readonly kind: "system" }
  | { readonly kind: "https"; readonly url: string }
  | ({ readonly kind: "plain" } & Endpoint);

const DNS_PORT = 53;

/** Reads `system`, `https://…`, `ip:port`, `[ipv6]:port` or an address alone. Throws OurSpaceError. */
export function parseDnsSetting(text: string): DnsServers {
  const written = text.trim();
  if (written === "") return { kind: "none" };
  if (written === "system") return { kind: "system" };
  const url = written.startsWith("https://") ? URL.parse(written) : null;
  if (url !== null && url.username === "" && url.password === "") {
    return { kind: "https", url: url.href };
  }
  const endpoint = parseEndpoint(written);
  if (endpoint !== null) return { kind: "plain", ...endpoint };
  throw new OurSpaceError(`${quote(written)} is no DNS server.`, {
    remedy: "Write system, https://dns.example/dns-query, 192.0.2.1:53 or [2001:db8::1]:53.",
  });
}

/** Reads an IP address with or without a port; null for anything else. */
export function parseEndpoint(text: string): Endpoint | null {
  if (parseIpAddress(text) !== null) return { address: text, port: DNS_PORT };
  const [, v6, v4, digits] = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text) ?? [];
  const address = v6 ?? v4 ?? "";
  const port = Number(digits);
  const version = parseIpAddress(address)?.version;
  const isEndpoint = version === (v6 === undefined ? 4 : 6) && port >= 1 && port <= 65_535;
  return isEndpoint ? { address, port } : null;
}

/** The form that `parseEndpoint` reads, port included. */
export function endpointText({ address, port }: Endpoint): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** `DNS`: for names, domains and the hosts that strangers name. */
export const dnsSetting: Setting<DnsServers> = {
  name: "DNS",
  fallback: "system",
  fallbackMeaning: "the machine's own servers",
  parse: parseDnsSetting,
  meaning: "Where names are looked up: `system`, a DNS-over-HTTPS address (`https://…`), or a " +
    "server's `ip:port`.",
  danger: "The server decides which address a domain means, and is believed when it says that " +
    "DNSSEC was checked (from `system`, only a server on this machine is).",
  secret: false,
};
