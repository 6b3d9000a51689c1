import type { Metric } from "./metrics.ts";

/** Counts answers by the class of their status. */
export interface RequestCounter {
  /** Counts an answer, and gives it back. */
  counted(this: void, response: Response): Response;
  readonly metric: Metric;
}

export function createRequestCounter(): RequestCounter {
  const counts = [0, 0, 0, 0, 0, 0];
  return {
    counted(response) {
      const kind = Math.floor(response.status / 100);
      counts[kind] = (counts[kind] ?? 0) + 1;
      return response;
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
