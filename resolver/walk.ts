import type { Identity } from "../schemas/identity.ts";
import type { VerifiedPointer } from "../schemas/pointer.ts";
import { type AskedSource, askSource, skipSource, type SourceAnswer } from "./ask_source.ts";
import type { Clock, PointerSource } from "./contracts.ts";
import { type Alarm, deadline, REQUEST_MILLISECONDS } from "./deadline.ts";
import { conductOf } from "./conduct.ts";
import { newest } from "./select.ts";
import type { Standings } from "./standing.ts";
import type { Verifier } from "./verify.ts";

/**
 * How long the others may still answer after the first verified pointer. Longer than a lookup among
 * healthy nodes (a DHT of 20 nodes: median 77 ms, 95 % within 168 ms), shorter than a person notices.
 */
export const GRACE_MILLISECONDS = 250;

/** The end of a walk. It leaves two seconds of the request for what comes after the pointer. */
export const WALK_MILLISECONDS = REQUEST_MILLISECONDS - 2_000;

/** What a walk has found out at some moment. */
export interface WalkState {
  readonly identity: Identity;
  /** Milliseconds since 1970. */
  readonly startedAt: number;
  readonly greatest: VerifiedPointer | null;
  /** One for each source, in their order; a source of strangers that knows nobody to ask has none. */
  readonly answers: readonly SourceAnswer[];
}

/** One race over all sources. Its promises never reject. */
export interface Walk {
  readonly identity: Identity;
  /** The grace period after the first verified pointer has passed, or the walk has ended. */
  readonly answer: Promise<WalkState>;
  /** Every source has ended, or the deadline has passed. */
  readonly end: Promise<WalkState>;
  /** A pointer that came by another way takes part; it starts no grace period. */
  join(pointer: VerifiedPointer): void;
  /** Sources that were left out for their bad standing are asked now. */
  askEverybody(): void;
  /** Ends it now, with what it has found so far. */
  stop(): void;
}

/** Whom a walk asks, and what ends it. */
export interface WalkOptions {
  readonly sources: readonly PointerSource[];
  readonly verifier: Verifier;
  /** Without it everybody is asked, and nobody's conduct is noted. */
  readonly standings?: Standings;
  readonly clock: Clock;
  readonly alarm: Alarm;
  /** Ends the walk before its deadline. */
  readonly signal: AbortSignal;
}

/** Asks all sources at the same time, but for those in bad standing. */
export function startWalk(identity: Identity, options: WalkOptions): Walk {
  const { sources, verifier, standings, clock, alarm } = options;
  const startedAt = clock();
  const limit = deadline(WALK_MILLISECONDS, { parent: options.signal, alarm });
  const stopped = new AbortController();
  const signal = AbortSignal.any([limit.signal, stopped.signal]);
  const graced = Promise.withResolvers<void>();
  const joined: VerifiedPointer[] = [];
  let cancelGrace: (() => void) | null = null;

  function onPointer(): void {
    cancelGrace ??= alarm(GRACE_MILLISECONDS, graced.resolve);
  }
  const ask = (source: PointerSource) =>
    askSource(source, identity, { verifier, clock, signal, onPointer });
  const avoided = standings === undefined
    ? new Map<PointerSource, "failed" | "lied">()
    : inBadStanding(sources, standings);
  let asked: readonly AskedSource[] = sources.map((source) => {
    const conduct = avoided.get(source);
    return conduct === undefined ? ask(source) : skipSource(source, conduct);
  });
  function state(): WalkState {
    const answers = asked.map((source) => source.answer()).filter(hasAskedSomebody);
    const found = answers.flatMap(({ greatest }) => greatest ?? []);
    return { identity, startedAt, answers, greatest: newest([...joined, ...found]) };
  }
  async function everybodyEnded(): Promise<void> {
    const waitedFor = asked;
    await Promise.all(waitedFor.map((source) => source.ended));
    if (waitedFor !== asked) await everybodyEnded();
  }
  const end = everybodyEnded().then(() => {
    limit[Symbol.dispose]();
    cancelGrace?.();
    const final = state();
    for (const [name, conduct] of final.answers.flatMap(conductOf)) standings?.note(name, conduct);
    return final;
  });
  return {
    identity,
    answer: Promise.race([graced.promise.then(state), end]),
    end,
    join: (pointer) => void joined.push(pointer),
    askEverybody() {
      if (avoided.size === 0 || signal.aborted) return;
      asked = asked.map((one) => {
        const { source } = one.answer();
        return avoided.has(source) ? ask(source) : one;
      });
      avoided.clear();
    },
    stop: () => stopped.abort(),
  };
}

/** What knows nobody does not say that nobody has the pointer. */
function hasAskedSomebody({ source, state, peers }: SourceAnswer): boolean {
  return source.asks !== "peers" || state !== "finished" || peers.length > 0;
}

/**
 * Nobody for failing, when they are all the peers that there are: one that is down may be up again. A
 * liar is left out also then, when there is the DHT or this machine's own store to ask.
 */
function inBadStanding(
  sources: readonly PointerSource[],
  standings: Standings,
): Map<PointerSource, "failed" | "lied"> {
  const peers = sources.filter(({ asks }) => asks === "peer");
  const avoided = peers.flatMap((peer) => {
    const conduct = standings.avoided(peer.id);
    return conduct === null ? [] : [[peer, conduct] as const];
  });
  if (avoided.length < peers.length) return new Map(avoided);
  // Strangers may be nobody; what is always asked is somebody.
  if (!sources.some(({ asks }) => asks === undefined)) return new Map();
  return new Map(avoided.filter(([, conduct]) => conduct === "lied"));
}
