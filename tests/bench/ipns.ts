import { findTool } from "../support/tools.ts";
import { median, percentile95, progress } from "./measure.ts";
import { startIpnsNames } from "./ipns_names.ts";
import type { NameNetwork } from "./name_network.ts";
import { startPointerNames } from "./pointer_names.ts";

const SIZE = 20;
const DELAY_MILLISECONDS = 25;
/** Each is resolved from all the others: 19 samples. */
const PUBLISHERS = 4;

interface Measured {
  readonly published: number[];
  readonly cold: number[];
  readonly bytes: number;
  /** Answers of the version before, of all answers at once after an update. */
  readonly stale: { readonly usual: Share; readonly fresh: Share };
  readonly updated: number[];
}

interface Share {
  readonly old: number;
  readonly none: number;
  readonly all: number;
}

/**
 * IPNS through Kubo daemons beside pointers through our nodes: as many, with the same delay between
 * them, asked the same things in the same order.
 */
export async function benchIpns(): Promise<string[]> {
  if (await findTool("ipfs") === null) return ["ipns: Kubo is not installed: see .ci/install"];
  const options = { size: SIZE, delayMilliseconds: DELAY_MILLISECONDS };
  progress(`ipns: ${SIZE} of our nodes`);
  const ours = await measured(await startPointerNames(options));
  progress(`ipns: ${SIZE} Kubo daemons`);
  const theirs = await measured(await startIpnsNames(options));
  return [
    `pointers beside IPNS (Kubo), ${SIZE} nodes or daemons each, ${DELAY_MILLISECONDS} ms each way`,
    "  | | pointers | IPNS |",
    row("a publication", ({ published }) => times(published), ours, theirs),
    row("a name resolved for the first time", ({ cold }) => times(cold), ours, theirs),
    row("bytes for that", ({ bytes }) => bytes.toFixed(0), ours, theirs),
    row("stale just after an update, as usual", ({ stale }) => share(stale.usual), ours, theirs),
    row("stale just after an update, no cache", ({ stale }) => share(stale.fresh), ours, theirs),
    row("a name resolved then, no cache", ({ updated }) => times(updated), ours, theirs),
  ];
}

/** A first version is resolved by everybody, so that caches are warm; then two more, at once. */
async function measured(started: NameNetwork): Promise<Measured> {
  await using network = started;
  const published: number[] = [];
  const cold: number[] = [];
  const updated: number[] = [];
  const usual: (number | null)[] = [];
  const fresh: (number | null)[] = [];
  let bytes = 0;
  for (let publisher = 0; publisher < PUBLISHERS; publisher++) {
    const others = Array.from({ length: SIZE }, (_, place) => place)
      .filter((place) => place !== publisher);
    const publish = async (version: number) => {
      const startedAt = performance.now();
      await network.publish(publisher, version);
      published.push(performance.now() - startedAt);
    };
    const resolve = async (place: number, usual: boolean, into: number[]) => {
      const startedAt = performance.now();
      const version = await network.resolve(place, publisher, usual);
      into.push(performance.now() - startedAt);
      return version;
    };

    await publish(1);
    const before = network.bytes();
    for (const place of others) await resolve(place, true, cold);
    bytes += network.bytes() - before;
    await publish(2);
    const answers = await Promise.all(others.map((place) => resolve(place, true, [])));
    usual.push(...answers.map((version) => version && version - 1));
    await publish(3);
    for (const place of others) {
      const version = await resolve(place, false, updated);
      fresh.push(version && version - 2);
    }
  }
  return {
    published,
    cold,
    bytes: bytes / cold.length,
    stale: { usual: shareOf(usual), fresh: shareOf(fresh) },
    updated,
  };
}

/** `steps`: how many updates each answer is ahead of the old version; null: no answer. */
function shareOf(steps: readonly (number | null)[]): Share {
  return {
    old: steps.filter((step) => step !== null && step < 1).length,
    none: steps.filter((step) => step === null).length,
    all: steps.length,
  };
}

function share({ old, none, all }: Share): string {
  const failed = none === 0 ? "" : `, ${none} without an answer`;
  return `${(100 * old / all).toFixed(0)} % (${old} of ${all}${failed})`;
}

function times(values: readonly number[]): string {
  return `median ${median(values).toFixed(0)} ms, p95 ${percentile95(values).toFixed(0)} ms`;
}

function row(
  what: string,
  cell: (measured: Measured) => string,
  ours: Measured,
  theirs: Measured,
): string {
  return `  | ${what} | ${cell(ours)} | ${cell(theirs)} |`;
}
