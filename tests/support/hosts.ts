import { Buffer } from "node:buffer";
// @ts-types="@types/dns-packet"
import { type Answer, decode } from "dns-packet";
import { replyTo } from "./dns_packets.ts";
import { type DnsServerProcess, startDnsServer } from "./dns_server.ts";

/**
 * A DNS server that knows the IPv4 addresses of some hosts. Several are answers to one question after
 * another, of which the last one stays.
 */
export function startHosts(
  hosts: Readonly<Record<string, string | readonly string[]>>,
): Promise<DnsServerProcess> {
  const turns = new Map<string, number>();

  function addressOf(name: string): string | undefined {
    const addresses = [hosts[name] ?? []].flat();
    const turn = turns.get(name) ?? 0;
    turns.set(name, turn + 1);
    return addresses[Math.min(turn, addresses.length - 1)];
  }

  return startDnsServer({
    udp(query, { send }) {
      const [question] = decode(Buffer.from(query)).questions ?? [];
      const { name = "", type = "" } = question ?? {};
      const data = type === "A" ? addressOf(name) : undefined;
      const answers: Answer[] = data === undefined ? [] : [{ type: "A", name, ttl: 0, data }];
      send(replyTo(query, { answers }));
    },
  });
}
