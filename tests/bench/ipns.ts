import { findTool } from "../support/tools.ts";
import { bareRoundTrip } from "./bare_round_trip.ts";
import { startIpnsNames } from "./ipns_names.ts";
import { median, progress } from "./measure.ts";
import { measureNames, type NameFigures, type Staleness } from "./name_experiment.ts";
import { inMilliseconds } from "./network_traffic.ts";
import { startPointerNames } from "./pointer_names.ts";

/** More than the 20 that keep a record: the others have to ask. */
const SIZE = 30;
const DELAY_MILLISECONDS = 25;

/**
 * IPNS through Kubo daemons beside pointers through our nodes: as many, each a process of its own,
 * with the same delay between them, asked the same things in the same order.
 */
export async function benchIpns(): Promise<string[]> {
  if (await findTool("ipfs") === null) return ["ipns: Kubo is not installed: see .ci/install"];
  const options = { size: SIZE, delayMilliseconds: DELAY_MILLISECONDS };
  progress(`ipns: ${SIZE} of our nodes start`);
  const ours = await measured(startPointerNames, options);
  progress(`ipns: ${SIZE} Kubo daemons start`);
  const theirs = await measured(startIpnsNames, options);
  const row = (what: string, cell: (figures: NameFigures) => string) =>
    `  | ${what} | ${cell(ours)} | ${cell(theirs)} |`;
  return [
    `pointers beside IPNS (Kubo), ${SIZE} nodes or daemons each, ${DELAY_MILLISECONDS} ms each way` +
    `; a bare round trip: ${(await bareRoundTrip(DELAY_MILLISECONDS)).toFixed(1)} ms`,
    "  | | pointers | IPNS |",
    row("a publication", ({ published }) => inMilliseconds(published)),
    row("first resolution, by who has to ask others", ({ cold }) => inMilliseconds(cold.others)),
    row("bytes on all lines meanwhile", ({ bytes }) => `median ${median(bytes)}`),
    row("first resolution, by who keeps the record", ({ cold }) => inMilliseconds(cold.holders)),
    row("stale just after an update, as usual", ({ usual }) => share(usual)),
    row("stale just after an update, without cache", ({ uncached }) => share(uncached)),
    row("the same, by keepers that slept meanwhile", ({ slept }) => share(slept)),
  ];
}

async function measured(
  start: typeof startPointerNames,
  options: { size: number; delayMilliseconds: number },
): Promise<NameFigures> {
  await using network = await start(options);
  progress("ipns: all have started");
  return await measureNames(network, options.size);
}

function share({ old, none, all }: Staleness): string {
  const failed = none === 0 ? "" : `, ${none} without an answer`;
  return `${(100 * old / all).toFixed(0)} % (${old} of ${all}${failed})`;
}
