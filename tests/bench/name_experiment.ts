import { time } from "./measure.ts";
import type { NameNetwork } from "./name_network.ts";

/** How a network of names behaves; times in milliseconds. */
export interface NameFigures {
  readonly published: number[];
  /** First resolutions of a name, by nodes that keep the record for everybody, and by the others. */
  readonly cold: { readonly holders: number[]; readonly others: number[] };
  /** What went over all lines during each of the latter, the network's upkeep included. */
  readonly bytes: number[];
  /** Answers just after an update by nodes that had resolved the name before. */
  readonly usual: Staleness;
  /** The same when they are told to leave their cache out. */
  readonly uncached: Staleness;
  /** The same by nodes that keep the record, and slept while it was updated. */
  readonly slept: Staleness;
}

/** Of all answers, those of a version that had been replaced, and those that did not come. */
export interface Staleness {
  old: number;
  none: number;
  all: number;
}

const PUBLISHERS = 4;
/** Keepers that sleep through the last update of the last publisher. Kubo waits 45 s for them. */
const SLEEPERS = 4;

/** More at the same time would measure the two cores that all nodes share. */
const AT_ONCE = 4;

/** Each publisher's name: resolved by all others, updated, resolved again, with and without cache. */
export async function measureNames(network: NameNetwork, size: number): Promise<NameFigures> {
  const figures = {
    published: [] as number[],
    cold: { holders: [] as number[], others: [] as number[] },
    bytes: [] as number[],
    usual: nothing(),
    uncached: nothing(),
    slept: nothing(),
  };
  for (let publisher = 0; publisher < PUBLISHERS; publisher++) {
    const others = Array.from({ length: size }, (_, place) => place)
      .filter((place) => place !== publisher);
    const update = async (version: number) => {
      figures.published.push(await time(() => network.publish(publisher, version)));
    };
    const ask = async (places: readonly number[], usual: boolean, newest: number) => {
      const into = usual ? figures.usual : figures.uncached;
      for (let at = 0; at < places.length; at += AT_ONCE) {
        const answers = places.slice(at, at + AT_ONCE)
          .map((place) => network.resolve(place, publisher, usual));
        for (const answer of await Promise.all(answers)) note(into, answer, newest);
      }
    };

    await update(1);
    const holders: number[] = [];
    for (const place of others) if (await network.holds(place, publisher)) holders.push(place);
    for (const place of others) {
      const before = network.bytes();
      const milliseconds = await time(() => network.resolve(place, publisher, true));
      const isHolder = holders.includes(place);
      figures.cold[isHolder ? "holders" : "others"].push(milliseconds);
      if (!isHolder) figures.bytes.push(network.bytes() - before);
    }
    await update(2);
    await ask(others, true, 2);
    await update(3);
    await ask(others, false, 3);
    if (publisher === PUBLISHERS - 1) {
      const sleepers = holders.slice(0, SLEEPERS);
      await sleepThrough(network, sleepers, () => network.publish(publisher, 4));
      for (const place of sleepers) {
        note(figures.slept, await network.resolve(place, publisher, false), 4);
      }
    }
  }
  return figures;
}

async function sleepThrough(
  network: NameNetwork,
  places: readonly number[],
  run: () => Promise<void>,
): Promise<void> {
  for (const place of places) network.sleep(place, true);
  try {
    await run();
  } finally {
    for (const place of places) network.sleep(place, false);
  }
}

const nothing = (): Staleness => ({ old: 0, none: 0, all: 0 });

function note(into: Staleness, answer: number | null, newest: number): void {
  into.all += 1;
  if (answer === null) into.none += 1;
  else if (answer < newest) into.old += 1;
}
