import assert from "node:assert/strict";
import { renderMetrics } from "../../../gateway/http/metrics.ts";
import { networkMetrics } from "../../../gateway/http/network_metrics.ts";
import { nodeMetrics } from "../../../gateway/http/node_metrics.ts";
import { processMetrics } from "../../../gateway/http/process_metrics.ts";
import { createRequestCounter } from "../../../gateway/http/request_counter.ts";
import { someBlocks } from "../../support/block_stores.ts";
import { followedFeed } from "../../support/followed_feeds.ts";
import { SENDER, temporaryNode } from "../../support/nodes.ts";
import { makeSigner, verifiedPointer } from "../../support/pointers.ts";
import { QUIET, scriptedNetwork } from "../../support/scripted_network.ts";

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

Deno.test("a node tells what it holds, and how it is with those who are followed", async () => {
  await using temporary = await temporaryNode();
  temporary.node.pointers.put(await verifiedPointer(makeSigner()), SENDER);
  const [block] = await someBlocks(1);
  assert.ok(block !== undefined);
  await temporary.node.blocks.put(block.cid, block.bytes, block.cid);
  const followed = (["held", "held", "loading"] as const).map((state) => followedFeed({ state }));
  const text = renderMetrics(nodeMetrics({ node: temporary.node, followed: () => followed }));
  for (
    const line of [
      "ourspace_pointers 1",
      "ourspace_blocks 1",
      "ourspace_block_bytes 4096",
      "ourspace_pinned_block_bytes 4096",
      "ourspace_evicted_blocks_total 0",
      'ourspace_followed_feeds{state="held"} 2',
      'ourspace_followed_feeds{state="loading"} 1',
    ]
  ) assert.ok(text.split("\n").includes(line), `${line} is not in ${text}`);
});

Deno.test("a process tells what it takes of the machine", () => {
  const text = renderMetrics(processMetrics({ startedAt: 1_500 }));
  assert.match(text, /^process_start_time_seconds 1\.5$/m);
  assert.match(text, /^process_resident_memory_bytes [1-9]\d*$/m);
  assert.match(text, /^process_cpu_seconds_total \d+(?:\.\d+)?$/m);
});

Deno.test("the network's figures: gauges as they are, counters by outcome, reason and kind", () => {
  const network = scriptedNetwork({
    status: () => ({
      ...QUIET,
      connections: 4,
      routingTable: 9,
      lookUps: { found: 3, missing: 2, failed: 1, milliseconds: 1_500 },
      puts: { confirmed: 20, failed: 2 },
      refused: new Map([["bad-signature", 7]]),
      received: new Map([["GET_VALUE", 11]]),
    }),
  });
  const text = renderMetrics(networkMetrics(network));
  for (
    const line of [
      "ourspace_network_connections 4",
      "ourspace_network_routing_table_nodes 9",
      'ourspace_network_look_ups_total{outcome="missing"} 2',
      "ourspace_network_look_up_seconds_total 1.5",
      'ourspace_network_puts_total{outcome="confirmed"} 20',
      'ourspace_network_refused_records_total{reason="bad-signature"} 7',
      'ourspace_network_messages_total{kind="GET_VALUE"} 11',
    ]
  ) assert.ok(text.split("\n").includes(line), line);
});
