import type { Metric } from "./metrics.ts";

/** Counts answers by the class of their status. */
export interface RequestCounter {
  count(this: void, status: number): void;
  readonly metric: Metric;
}

/** Starts at zero with the process, as Prometheus expects. */
export function createRequestCounter(): RequestCounter {
  const counts = [0, 0, 0, 0, 0, 0];
  return {
    count(status) {
      const kind = Math.floor(status / 100);
      counts[kind] = (counts[kind] ?? 0) + 1;
    },
    metric: {
      name: "ourspace_requests_total",
      help: "Answered requests by the class of their status.",
      type: "counter",
      read: () => ({
        label: "status",
        values: new Map([2, 3, 4, 5].map((kind) => [`${kind}xx`, counts[kind] ?? 0])),
      }),
    },
  };
}
