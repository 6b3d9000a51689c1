import { NameLookupError } from "../errors.ts";
import { createOperatorOutbound } from "../outbound/create.ts";
import type { DnsAnswer, DnsClient } from "./client.ts";
import { httpsServer } from "./https.ts";
import { lookUp } from "./look_up.ts";
import { plainServer } from "./plain.ts";
import type { DnsServer } from "./server.ts";
import type { DnsServers } from "./setting.ts";
import { systemServers } from "./system.ts";

/** For tests. */
export interface DnsClientOptions {
  /** PEM; trusted for DNS over HTTPS besides the runtime's own. */
  readonly certificateAuthorities?: readonly string[];
}

/** Makes the client for what the `DNS` setting says. */
export function createDnsClient(setting: DnsServers, options: DnsClientOptions = {}): DnsClient {
  return dnsClient(serversOf(setting, options));
}

/** A client over servers that are asked in their order. */
export function dnsClient(servers: () => Promise<readonly DnsServer[]>): DnsClient {
  return {
    async text(name, call) {
      return await lookUp({ name, type: "TXT" }, await servers(), call);
    },
    async addresses(name, call) {
      const list = await servers();
      const types = ["A", "AAAA"] as const;
      const answers = types.map((type) => lookUp({ name, type }, list, call));
      return together(await Promise.allSettled(answers));
    },
  };
}

function serversOf(
  setting: DnsServers,
  options: DnsClientOptions,
): () => Promise<readonly DnsServer[]> {
  if (setting.kind === "system") return () => systemServers();
  if (setting.kind === "none") return () => Promise.reject(notConfigured());
  const server = setting.kind === "https"
    ? httpsServer(setting.url, createOperatorOutbound(options.certificateAuthorities))
    : plainServer(setting, { authentication: true });
  return () => Promise.resolve([server]);
}

/**
 * IPv4 and IPv6 addresses are asked for apart, and one kind is enough: servers exist that answer for
 * only one. But what one of them lacks is not known to be absent when the other could not be asked.
 */
function together(
  outcomes: readonly PromiseSettledResult<DnsAnswer<string>>[],
): DnsAnswer<string> {
  const answers = outcomes.filter((outcome) => outcome.status === "fulfilled")
    .map((outcome) => outcome.value);
  const found = answers.filter((answer) => answer.records.length > 0);
  for (const outcome of outcomes) {
    if (outcome.status !== "rejected") continue;
    const isBogus = outcome.reason instanceof NameLookupError && outcome.reason.reason === "bogus";
    if (isBogus || found.length === 0) throw outcome.reason;
  }
  const telling = found.length > 0 ? found : answers;
  return {
    records: found.flatMap((answer) => answer.records),
    authenticated: telling.every((answer) => answer.authenticated),
    ttlSeconds: Math.min(...telling.map((answer) => answer.ttlSeconds)),
  };
}

function notConfigured(): NameLookupError {
  return new NameLookupError("This gateway looks up no DNS names.", {
    reason: "failed",
    remedy: "Its operator can set DNS to system, to a DNS-over-HTTPS address or to ip:port.",
  });
}
