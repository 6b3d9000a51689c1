import { bareRoundTrip } from "./bare_round_trip.ts";
import { median, progress } from "./measure.ts";
import { startBenchNetwork } from "./network_nodes.ts";
import {
  inMilliseconds,
  lookUps,
  missing,
  publishAt,
  type Published,
  wholeOf,
} from "./network_traffic.ts";

const SIZES: readonly number[] = [5, 10, 20, 40];
const DELAY_MILLISECONDS = 25;
const LOOK_UPS = 30;
const MISSING = 10;

/**
 * How long a look-up takes as the network grows, with a relay before each node that delays what goes
 * through it: 50 ms for a question and its answer.
 */
export async function benchGrowth(): Promise<string[]> {
  const [first = 0] = SIZES;
  await using network = await startBenchNetwork({
    size: first,
    delayMilliseconds: DELAY_MILLISECONDS,
  });
  const bare = await bareRoundTrip(DELAY_MILLISECONDS);
  const lines = [
    `pointer network as it grows, each node a process of its own, ${DELAY_MILLISECONDS} ms each way` +
    `; a bare round trip: ${bare.toFixed(1)} ms`,
    "  | nodes | get, first record | get, all asked | nodes asked | missing key | publication |",
  ];
  for (const size of SIZES) {
    progress(`network: ${size} processes with ${DELAY_MILLISECONDS} ms each way`);
    await network.grow(size);
    const published: Published[] = [];
    const publications: number[] = [];
    for (let place = 0; place < LOOK_UPS; place++) {
      const { milliseconds, ...one } = await publishAt(network, place);
      published.push(one);
      publications.push(milliseconds);
    }
    const found = await lookUps(network, published);
    const asked = found.reduce((sum, { answers, failures }) => sum + answers + failures, 0);
    const cells = [
      size,
      inMilliseconds(found.map(({ firstMilliseconds }) => firstMilliseconds ?? NaN)),
      `${inMilliseconds(wholeOf(found))}, ${
        (median(wholeOf(found)) / bare).toFixed(1)
      } round trips`,
      (asked / found.length).toFixed(1),
      await missing(network.nodes, MISSING),
      inMilliseconds(publications),
    ];
    lines.push(`  | ${cells.join(" | ")} |`);
  }
  return lines;
}
