import assert from "node:assert/strict";
import { warnWhenLonely } from "../../gateway/lonely_warning.ts";
import type { PointerNetwork } from "../../resolver/network/network.ts";
import { createTestClock } from "../support/clock.ts";
import { scriptedNetwork } from "../support/scripted_network.ts";
import { connectedPeers } from "../support/statuses.ts";

async function warnings(network: PointerNetwork, { stops = false } = {}): Promise<string[]> {
  const time = createTestClock();
  const stop = new AbortController();
  const said: string[] = [];
  const report = (problem: string) => void said.push(problem);
  const warned = warnWhenLonely(network, { alarm: time.alarm, signal: stop.signal, report });
  await time.advance(29_000);
  assert.deepEqual(said, []);
  if (stops) stop.abort();
  await time.advance(1_000);
  await warned;
  return said;
}

Deno.test("the operator hears that nobody answers who could be joined", async () => {
  const [warning, ...more] = await warnings(scriptedNetwork());
  assert.match(warning ?? "", /No other node[^]*BOOTSTRAP/);
  assert.deepEqual(more, []);
});

Deno.test("nothing is said when somebody is there, or the node stops before", async () => {
  const joined = scriptedNetwork({ peers: () => connectedPeers(1) });
  assert.deepEqual(await warnings(joined), []);
  assert.deepEqual(await warnings(scriptedNetwork(), { stops: true }), []);
});
