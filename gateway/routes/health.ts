import { Hono } from "hono";
import type { ServiceEnv } from "../http/gateway_env.ts";
import { type Metric, METRICS_TYPE, renderMetrics } from "../http/metrics.ts";

/** What is told of this process. */
export interface HealthRoutesOptions {
  /** False while the process starts and while it stops. */
  readonly ready: () => boolean;
  readonly metrics: readonly Metric[];
}

/** `/health` for whoever restarts or routes to this process, `/metrics` for Prometheus. */
export function healthRoutes({ ready, metrics }: HealthRoutesOptions): Hono<ServiceEnv> {
  const routes = new Hono<ServiceEnv>();
  routes.get("/health", (context) => {
    context.header("Cache-Control", "no-store");
    return ready() ? context.json({ status: "ready" }) : context.json({ status: "not ready" }, 503);
  });
  routes.get(
    "/metrics",
    () =>
      new Response(renderMetrics(metrics), {
        headers: { "Content-Type": METRICS_TYPE, "Cache-Control": "no-store" },
      }),
  );
  return routes;
}
