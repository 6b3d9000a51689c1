import type { Identity } from "../schemas/identity.ts";
import type { VerifiedPointer } from "../schemas/pointer.ts";
import { askSource, type SourceAnswer } from "./ask_source.ts";
import type { Clock, PointerSource } from "./contracts.ts";
import { type Alarm, deadline, REQUEST_MILLISECONDS } from "./deadline.ts";
import { newest } from "./select.ts";
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
  /** One for each source, in their order. */
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
  /** Ends it now, with what it has found so far. */
  stop(): void;
}

/** Whom a walk asks, and what ends it. */
export interface WalkOptions {
  readonly sources: readonly PointerSource[];
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly alarm: Alarm;
  /** Ends the walk before its deadline. */
  readonly signal: AbortSignal;
}

/** Asks all sources at the same time. */
export function startWalk(identity: Identity, options: WalkOptions): Walk {
  const { sources, verifier, clock, alarm } = options;
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
  const asked = sources.map((source) =>
    askSource(source, identity, { verifier, clock, signal, onPointer })
  );
  function state(): WalkState {
    const answers = asked.map((source) => source.answer());
    const found = answers.flatMap(({ greatest }) => greatest ?? []);
    return { identity, startedAt, answers, greatest: newest([...joined, ...found]) };
  }
  const end = Promise.all(asked.map((source) => source.ended)).then(() => {
    limit[Symbol.dispose]();
    cancelGrace?.();
    return state();
  });
  return {
    identity,
    answer: Promise.race([graced.promise.then(state), end]),
    end,
    join: (pointer) => void joined.push(pointer),
    stop: () => stopped.abort(),
  };
}
