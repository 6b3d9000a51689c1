import type { DnsAnswer, DnsClient } from "../../resolver/dns/client.ts";

/** A DNS client that answers from a table, and remembers what it was asked. */
export interface FakeDns extends DnsClient {
  readonly asked: readonly string[];
}

/** What a name has; several lists are answers to one question after another, the last one stays. */
export interface FakeZone {
  readonly addresses?: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly texts?: Readonly<Record<string, readonly string[]>>;
  readonly authenticated?: boolean;
  readonly ttlSeconds?: number;
}

/** Names that the zone does not hold do not exist. */
export function fakeDns(zone: FakeZone): FakeDns {
  const asked: string[] = [];
  const answer = (records: readonly string[]): Promise<DnsAnswer<string>> =>
    Promise.resolve({
      records,
      authenticated: zone.authenticated ?? false,
      ttlSeconds: zone.ttlSeconds ?? 60,
    });
  return {
    asked,
    text(name) {
      asked.push(name);
      return answer(zone.texts?.[name] ?? []);
    },
    addresses(name) {
      const answers = zone.addresses?.[name] ?? [];
      const turn = asked.filter((earlier) => earlier === name).length;
      asked.push(name);
      return answer(answers[Math.min(turn, answers.length - 1)] ?? []);
    },
  };
}
