/**
 * Every figure that is claimed, each as a ratio to something measured in the same run. Arguments name
 * the groups to run; without any, all.
 */
import { benchEdge } from "./edge.ts";
import { benchFeed } from "./feed.ts";
import { benchIpns } from "./ipns.ts";
import { benchMedia } from "./media.ts";
import { benchNetwork } from "./network.ts";
import { benchGrowth } from "./network_growth.ts";
import { benchMemory } from "./network_memory.ts";
import { benchPush } from "./push.ts";
import { benchResolution } from "./resolution.ts";
import { benchRoads } from "./roads.ts";
import { benchRules } from "./rules.ts";
import { benchServing } from "./serving.ts";
import { benchVerify } from "./verify.ts";

const BENCHES: Readonly<Record<string, () => Promise<string[]>>> = {
  verify: benchVerify,
  feed: benchFeed,
  resolution: benchResolution,
  serving: benchServing,
  rules: benchRules,
  edge: benchEdge,
  roads: benchRoads,
  media: benchMedia,
  push: benchPush,
  network: benchNetwork,
  growth: benchGrowth,
  memory: benchMemory,
  ipns: benchIpns,
};

const wanted = Deno.args.length > 0 ? Deno.args : Object.keys(BENCHES);
const encoder = new TextEncoder();
for (const name of wanted) {
  const lines = await BENCHES[name]?.() ?? [`There is no benchmark "${name}".`];
  Deno.stdout.writeSync(encoder.encode(lines.map((line) => `${line}\n`).join("")));
}
Deno.exit(0);
