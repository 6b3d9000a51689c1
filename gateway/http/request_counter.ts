import type { MiddlewareHandler } from "hono";
import type { Metric } from "./metrics.ts";

/** Counts the answers by the class of their status. */
export function requestCounter(): { count: MiddlewareHandler; metric: Metric } {
  const values = new Map(["2xx", "3xx", "4xx", "5xx"].map((kind) => [kind, 0]));
  return {
    count: async (context, next) => {
      await next();
      const kind = `${Math.floor(context.res.status / 100)}xx`;
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
