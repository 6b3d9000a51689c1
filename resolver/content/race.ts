import type { CID } from "multiformats/cid";
import type { Clock } from "../contracts.ts";
import { abortable, type Alarm, isTimeout } from "../deadline.ts";
import type { RoadReport } from "../errors.ts";
import type { VerifiedContent } from "./content.ts";
import { failureOf, reportOf, type Runner } from "./race_report.ts";
import type { Ranking, RoadResult } from "./ranking.ts";
import { type Answer, ask, type Road } from "./road.ts";

/** Bytes that are what the CID names, and how they came. */
export interface Delivery {
  readonly content: VerifiedContent;
  readonly mediaType: string;
  /** The road that delivered. */
  readonly road: string;
  /** Every road that was asked. */
  readonly roads: readonly RoadReport[];
}

/** One race over the roads to a CID. */
export interface Race {
  /**
   * The first bytes that are what the CID names. Rejects with
   * - RefusedByOperatorError: a peer's operator does not serve it, and nobody else delivered it;
   * - ContentWrongError: something came, all of it wrong or too large, and the others do not have it;
   * - ContentUnreachableError: nobody has it, or somebody failed who may have it;
   * - the signal's reason.
   */
  readonly delivery: Promise<Delivery>;
  /** What is known by now of every road that was asked. */
  reports(): RoadReport[];
}

/** What a race is run by. */
export interface RaceOptions {
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly alarm: Alarm;
  readonly ranking: Ranking;
  /** For roads whose latency is not known. */
  readonly hedgeMilliseconds: number;
}

/**
 * Asks the roads in their order: the next one when one has nothing or fails, and when the newest has
 * shown no sign of life for longer than it nearly always takes. Everything that comes is hashed; the
 * first right answer wins, and the others are stopped.
 */
export function startRace(cid: CID, roads: readonly Road[], options: RaceOptions): Race {
  const runners: Runner[] = [];
  return {
    delivery: run(cid, roads, runners, options),
    reports: () => runners.map((runner) => reportOf(runner, options.clock())),
  };
}

async function run(
  cid: CID,
  roads: readonly Road[],
  runners: Runner[],
  { signal, clock, alarm, ranking, hedgeMilliseconds }: RaceOptions,
): Promise<Delivery> {
  const waiting = [...roads];
  const running = new Map<Runner, Promise<Runner>>();
  const end = new AbortController();
  const roadSignal = AbortSignal.any([signal, end.signal]);

  function hedgeAfter(newest: Runner | undefined): Hedge | null {
    if (newest === undefined) return null;
    const usual = ranking.patience(newest.road.knownAs) ?? hedgeMilliseconds;
    // Nobody else is asked because this machine is busy for a moment.
    const milliseconds = newest.road.local ? Math.max(usual, hedgeMilliseconds) : usual;
    return { lastSign: () => newest.signAt, milliseconds };
  }

  try {
    while (waiting.length > 0 || running.size > 0) {
      signal.throwIfAborted();
      const road = waiting.shift();
      if (road !== undefined) {
        const startedAt = clock();
        const runner: Runner = { road, startedAt, signAt: startedAt, finish: null };
        runners.push(runner);
        running.set(runner, complete(runner, cid, roadSignal, clock));
      }
      const hedge = waiting.length > 0 ? hedgeAfter(runners.at(-1)) : null;
      const runner = await firstOf(running.values(), hedge, { signal, alarm, clock });
      if (runner === null || runner.finish === null) continue;
      running.delete(runner);
      const { answer, milliseconds } = runner.finish;
      if (answer.outcome === "skipped") continue;
      ranking.record(runner.road.knownAs, resultOf(answer.outcome), milliseconds);
      if (answer.outcome !== "delivered") continue;
      recordBeaten(runner, [...running.keys()], ranking, clock());
      return {
        content: answer.content,
        mediaType: answer.mediaType,
        road: runner.road.name,
        roads: runners.map((each) => reportOf(each, clock(), "stopped")),
      };
    }
  } finally {
    // The runtime makes a stack trace of each (40 µs), and most races have nobody left to stop.
    if (running.size > 0) end.abort();
    if (isTimeout(signal.reason)) recordSilent([...running.keys()], ranking, clock());
  }
  throw failureOf(runners, clock());
}

/** What is refused is not there, and no failure of the road. */
function resultOf(outcome: Exclude<Answer["outcome"], "skipped">): RoadResult {
  if (outcome === "refused") return "none";
  return outcome === "oversized" ? "failed" : outcome;
}

async function complete(
  runner: Runner,
  cid: CID,
  signal: AbortSignal,
  clock: Clock,
): Promise<Runner> {
  const onSign = () => runner.signAt = clock();
  const answer = await ask(runner.road, cid, { signal, onSign });
  runner.finish = { answer, milliseconds: clock() - runner.startedAt };
  return runner;
}

/** When the next road is asked although one is running. */
interface Hedge {
  /** When the road that is waited for was last seen to be at work. */
  readonly lastSign: () => number;
  /** Of silence. */
  readonly milliseconds: number;
}

/** The first runner that finishes; null when there was silence for too long. */
async function firstOf(
  running: Iterable<Promise<Runner>>,
  hedge: Hedge | null,
  { signal, ...time }: Pick<RaceOptions, "signal" | "alarm" | "clock">,
): Promise<Runner | null> {
  const silence = hedge === null ? null : waitForSilence(hedge, time);
  try {
    const ends = silence === null ? [...running] : [...running, silence.come];
    return await abortable(Promise.race(ends), signal);
  } finally {
    silence?.cancel();
  }
}

function waitForSilence(
  { lastSign, milliseconds }: Hedge,
  { alarm, clock }: Pick<RaceOptions, "alarm" | "clock">,
): { readonly come: Promise<null>; cancel(): void } {
  const { promise: come, resolve } = Promise.withResolvers<null>();
  let cancel = () => {};
  function wait(): void {
    const left = lastSign() + milliseconds - clock();
    if (left <= 0) resolve(null);
    else cancel = alarm(left, wait);
  }
  wait();
  return { come, cancel: () => cancel() };
}

function recordBeaten(winner: Runner, losers: Runner[], ranking: Ranking, now: number): void {
  for (const { road, startedAt } of losers) {
    if (startedAt < winner.startedAt) ranking.record(road.knownAs, "beaten", now - startedAt);
  }
}

function recordSilent(silent: Runner[], ranking: Ranking, now: number): void {
  for (const { road, startedAt } of silent) ranking.record(road.knownAs, "failed", now - startedAt);
}
