import { bareRoundTrip } from "./bare_round_trip.ts";
import { median, progress } from "./measure.ts";
import { type BenchNetwork, type BenchNode, startBenchNetwork } from "./network_nodes.ts";
import {
  idleBytes,
  inMilliseconds,
  lookUps,
  missing,
  nodeAt,
  publishAt,
  type Published,
  wholeOf,
} from "./network_traffic.ts";

const SIZE = 20;
const PUBLISHED = 40;
const MISSING = 20;
const UPDATES = 20;
/** Look-ups whose processor time is measured. */
const CPU_LOOK_UPS = 30;

/** This one's verifier remembers nothing. */
const FORGETFUL = SIZE - 1;

/** The pointer network of 20 nodes, each a process of its own. */
export async function benchNetwork(): Promise<string[]> {
  progress(`network: ${SIZE} processes start`);
  await using network = await startBenchNetwork({
    size: SIZE,
    delayMilliseconds: 0,
    memoSize: (place) => place === FORGETFUL ? 0 : 10_000,
  });
  return [
    `pointer network, ${SIZE} nodes as ${SIZE} processes on one machine, no delay between them` +
    `; a bare round trip: ${(await bareRoundTrip(0)).toFixed(2)} ms`,
    ...await benchLookUps(network),
    ...await benchUpdates(network),
    ...await benchMemo(network),
    ...await benchDeaths(network),
  ];
}

async function benchLookUps(network: BenchNetwork): Promise<string[]> {
  progress("network: look-ups");
  const published: Published[] = [];
  for (let place = 0; place < PUBLISHED; place++) published.push(await publishAt(network, place));
  const idle = await idleBytes(network);
  const startedAt = performance.now();
  const before = network.bytes();
  const found = await lookUps(network, published);
  const background = idle * (performance.now() - startedAt);
  const bytes = (network.bytes() - before - background) / found.length;
  const first = found.map(({ firstMilliseconds }) => firstMilliseconds ?? NaN);
  const records = median(found.map(({ records }) => records));
  return [
    `  get, first record: ${inMilliseconds(first)}`,
    `  get, all nodes asked: ${inMilliseconds(wholeOf(found))}, ${records} records each`,
    `  bytes per get, both ways, as TCP carries them: ${bytes.toFixed(0)}` +
    ` (${(bytes / records).toFixed(0)} for each node asked)`,
    `  missing key: ${await missing(network.nodes, MISSING)} (limit 1000 ms)`,
  ];
}

/** From the start of a publication to the moment at which another node's walk meets it. */
async function benchUpdates(network: BenchNetwork): Promise<string[]> {
  progress("network: updates");
  const visible: number[] = [];
  const published: number[] = [];
  for (let place = 0; place < UPDATES; place++) {
    const { signer, address } = await publishAt(network, place);
    const timestamp = "2026-01-02T00:00:00.000Z";
    const startedAt = performance.now();
    const publication = publishAt(network, place, { signer, timestamp });
    await nodeAt(network, place + 7).ask("lookUpUntil", { address, timestamp });
    visible.push(performance.now() - startedAt);
    published.push((await publication).milliseconds);
  }
  return [
    `  update to visible in another's look-up: ${inMilliseconds(visible)}` +
    `; the publication itself: ${inMilliseconds(published)}`,
  ];
}

/** What a look-up of a record that was never seen costs the process that asks. */
async function benchMemo(network: BenchNetwork): Promise<string[]> {
  progress("network: processor time");
  const costs = { remembering: 0, forgetful: 0 };
  for (let count = 0; count < CPU_LOOK_UPS; count++) {
    const { address } = await publishAt(network, count % 10);
    // In turn, so that a busy machine slows both alike.
    costs.remembering += await processorTime(nodeAt(network, FORGETFUL - 1), address);
    costs.forgetful += await processorTime(nodeAt(network, FORGETFUL), address);
  }
  const remembering = costs.remembering / CPU_LOOK_UPS;
  const forgetful = costs.forgetful / CPU_LOOK_UPS;
  return [
    `  processor time of a get for who asks: ${remembering.toFixed(1)} ms;` +
    ` without the memo of verified records ${forgetful.toFixed(1)} ms,` +
    ` ${(forgetful / remembering).toFixed(2)} × as much`,
  ];
}

async function processorTime(node: BenchNode, address: string): Promise<number> {
  const before = await node.ask("figures", {});
  await node.ask("lookUp", { address });
  const after = await node.ask("figures", {});
  return after.cpuMilliseconds - before.cpuMilliseconds;
}

/** A third of the nodes is killed; then a third of the others falls silent without a word. */
async function benchDeaths(network: BenchNetwork): Promise<string[]> {
  const third = Math.ceil(SIZE / 3);
  const published: Published[] = [];
  for (let count = 0; count < MISSING; count++) published.push(await publishAt(network, SIZE - 1));
  progress(`network: ${third} of ${SIZE} nodes are killed`);
  const living = network.nodes.slice(third);
  await Promise.all(network.nodes.slice(0, third).map((node) => node.kill()));
  const killed = await missing(living, MISSING);
  const found = await lookUps({ nodes: living }, published);
  const kept = found.filter(({ records }) => records > 0).length;

  progress("network: others fall silent");
  const silent = Math.ceil(living.length / 3);
  for (const { relay } of living.slice(0, silent)) relay.unplug();
  const unplugged = await missing(living.slice(silent), MISSING);
  return [
    `  missing key, ${third} of ${SIZE} nodes dead (kill -9): ${killed} (limit 3000 ms)`,
    `  pointers found then: ${kept} of ${published.length}`,
    `  missing key, ${silent} of the other ${living.length} silent as well (power lost):` +
    ` ${unplugged} (limit 3000 ms)`,
  ];
}
