import type { NetworkRefusal } from "./network.ts";

/** Counts what was not taken, by reason, and what came in, by kind. */
export interface NetworkCounters {
  refuse(reason: NetworkRefusal): void;
  receive(kind: string): void;
  readonly refused: ReadonlyMap<NetworkRefusal, number>;
  readonly received: ReadonlyMap<string, number>;
}

export function createCounters(): NetworkCounters {
  const refused = new Map<NetworkRefusal, number>();
  const received = new Map<string, number>();
  return {
    refused,
    received,
    refuse: (reason) => void refused.set(reason, (refused.get(reason) ?? 0) + 1),
    receive: (kind) => void received.set(kind, (received.get(kind) ?? 0) + 1),
  };
}
