import assert from "node:assert/strict";
import { createRequestCounter } from "../../../gateway/http/request_counter.ts";
import { healthRoutes } from "../../../gateway/routes/health.ts";

Deno.test("a process is healthy when it is ready, and not while it starts or stops", async () => {
  let ready = false;
  const routes = healthRoutes({ ready: () => ready, metrics: [] });
  const before = await routes.request("/health");
  assert.equal(before.status, 503);
  assert.deepEqual(await before.json(), { status: "not ready" });
  ready = true;
  const after = await routes.request("/health");
  assert.equal(after.status, 200);
  assert.equal(after.headers.get("Cache-Control"), "no-store");
  assert.deepEqual(await after.json(), { status: "ready" });
});

Deno.test("the figures are Prometheus text", async () => {
  const requests = createRequestCounter();
  requests.count(200);
  const routes = healthRoutes({ ready: () => true, metrics: [requests.metric] });
  const response = await routes.request("/metrics");
  assert.equal(response.headers.get("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  assert.match(await response.text(), /^ourspace_requests_total\{status="2xx"\} 1$/m);
});
