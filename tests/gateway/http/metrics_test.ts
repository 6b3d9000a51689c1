import assert from "node:assert/strict";
import { renderMetrics } from "../../../gateway/http/metrics.ts";
import { processMetrics } from "../../../gateway/http/process_metrics.ts";
import { createRequestCounter } from "../../../gateway/http/request_counter.ts";
import { SENDER, temporaryNode } from "../../support/nodes.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";

Deno.test("answers are counted by the class of their status", () => {
  const requests = createRequestCounter();
  for (const status of [200, 204, 304, 404, 503]) {
    requests.count(status);
  }
  assert.equal(
    renderMetrics([requests.metric]),
    "# HELP ourspace_requests_total Answered requests by the class of their status.\n" +
      "# TYPE ourspace_requests_total counter\n" +
      'ourspace_requests_total{status="2xx"} 2\n' +
      'ourspace_requests_total{status="3xx"} 1\n' +
      'ourspace_requests_total{status="4xx"} 1\n' +
      'ourspace_requests_total{status="5xx"} 1\n',
  );
});

Deno.test("a node tells how many pointers it holds", async () => {
  await using temporary = await temporaryNode();
  temporary.node.pointers.put(await verifiedPointer(makeSigner()), SENDER);
  const text = renderMetrics(processMetrics({ startedAt: 1_500, node: temporary.node }));
  assert.match(text, /^process_start_time_seconds 1\.5$/m);
  assert.match(text, /^ourspace_pointers 1$/m);
});

Deno.test("a gateway without a node says nothing of pointers", () => {
  const text = renderMetrics(processMetrics({ startedAt: 0, node: null }));
  assert.doesNotMatch(text, /ourspace_pointers/);
});
