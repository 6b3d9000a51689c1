import { LRUCache } from "lru-cache";
import type { Clock } from "../contracts.ts";

/**
 * How long a peer is said to provide something after it last said so: who does says it again about
 * every 12 hours, and may miss one time. Milliseconds.
 */
export const PROVIDED_MILLISECONDS = 36 * 3_600_000;

/** Providers of one CID that are told: as many as an answer names peers. */
export const PROVIDERS_MAX = 20;

/**
 * Of them, so many have their places for as long as they say that they provide; the others make room
 * for newcomers by chance. So a flood of newcomers never drives out all who were there before, and
 * those who were there before never keep everybody else out.
 */
const SETTLED_MAX = 10;

/** Of one CID's, those that come from one address: peer ids cost nothing. */
const PER_SENDER_AND_CID = 3;

/** Records of one sender, and of all: some 200 bytes each. */
const PER_SENDER = 2_000;
const RECORDS_MAX = 100_000;

/** Who provides what, as they said of themselves. In memory: after a restart they say it again. */
export interface ProviderRecords {
  /** False: there is no room for it. `sender` is what the provider is counted by. */
  add(content: string, provider: string, sender: string): boolean;
  /** Those whose time is not over, those that were there first at the beginning. */
  of(content: string): readonly string[];
  count(): number;
}

interface ProviderRecord {
  readonly provider: string;
  readonly sender: string;
  readonly at: number;
}

export function createProviderRecords(
  { clock, random }: { clock: Clock; random: () => number },
): ProviderRecords {
  /** By content; those that nobody provided or asked for longest make room. */
  const records = new LRUCache<string, readonly ProviderRecord[]>({
    maxSize: RECORDS_MAX,
    sizeCalculation: (list) => Math.max(1, list.length),
    dispose: (list) => list.forEach(({ sender }) => countSender(sender, -1)),
  });
  const senders = new Map<string, number>();

  function countSender(sender: string, change: number): void {
    const count = (senders.get(sender) ?? 0) + change;
    if (count > 0) senders.set(sender, count);
    else senders.delete(sender);
  }

  function current(content: string): readonly ProviderRecord[] {
    const since = clock() - PROVIDED_MILLISECONDS;
    return (records.get(content) ?? []).filter(({ at }) => at > since);
  }

  function keep(content: string, list: readonly ProviderRecord[]): void {
    // The cache gives back what the old list was counted for.
    for (const { sender } of list) countSender(sender, 1);
    records.set(content, list);
  }

  return {
    add(content, provider, sender) {
      const list = current(content);
      const record = { provider, sender, at: clock() };
      const place = list.findIndex((held) => held.provider === provider);
      if (place >= 0) {
        keep(content, list.with(place, record));
        return true;
      }
      const ofSender = list.filter((held) => held.sender === sender).length;
      if (ofSender >= PER_SENDER_AND_CID) return false;
      if ((senders.get(sender) ?? 0) >= PER_SENDER) return false;
      if (list.length < PROVIDERS_MAX) {
        keep(content, [...list, record]);
        return true;
      }
      const leaving = SETTLED_MAX + Math.floor(random() * (PROVIDERS_MAX - SETTLED_MAX));
      keep(content, [...list.slice(0, leaving), ...list.slice(leaving + 1), record]);
      return true;
    },

    of: (content) => current(content).map(({ provider }) => provider),
    count: () => records.calculatedSize,
  };
}
