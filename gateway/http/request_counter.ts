import type { Metric } from "./metrics.ts";

/** Counts answers by the class of their status. */
export interface RequestCounter {
  count(response: Response): void;
  readonly metric: Metric;
}

export function createRequestCounter(): RequestCounter {
  const values = new Map(["2xx", "3xx", "4xx", "5xx"].map((kind) => [kind, 0]));
  return {
    count(response) {
      const kind = `${Math.floor(response.status / 100)}xx`;
      values.set(kind, (values.get(kind) ?? 0) + 1);
    },
    metric: {
      name: "ourspace_requests_total",
      help: "Answered requests by the class of their status.",
      type: "counter",
      read: () => ({ label: "status", values }),
    },
  };
}
