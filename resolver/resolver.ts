import { identityKey } from "../schemas/identity.ts";
import { cached } from "./cache.ts";
import { conclude, nothingHeld } from "./conclude.ts";
import type { Clock, PointerSource } from "./contracts.ts";
import { createCorrections } from "./corrections.ts";
import { abortable, type Alarm, systemAlarm } from "./deadline.ts";
import type {
  NetworkResolver,
  Resolution,
  ResolvePolicy,
  Resolver,
  SourceReport,
} from "./resolution.ts";
import { createStandings, type Standings } from "./standing.ts";
import type { Verifier } from "./verify.ts";
import { startWalk, type Walk } from "./walk.ts";

/** What callers of the resolver need beside it. */
export type { Resolution, ResolvePolicy, Resolver, SourceReport };

/**
 * Walks at the same time; each is a request to every source, and some 10 KB. One more ends the oldest, which
 * by then waits for silent sources alone.
 */
const MAX_WALKS = 256;

/** Everything of the outside world that resolving touches. */
export interface ResolverOptions {
  readonly sources: readonly PointerSource[];
  readonly verifier: Verifier;
  readonly clock: Clock;
  /** Whom it pays to ask; its own unless given. */
  readonly standings?: Standings;
  /** The machine's timers unless given. */
  readonly alarm?: Alarm;
  /** Ends everything that goes on in the background. */
  readonly signal?: AbortSignal;
  /** Told when a source could not be sent a greater pointer. */
  readonly onFailedCorrection?: (source: string, error: unknown) => void;
}

/** identity → candidates of all sources → verified → the newest, kept as the floor of later answers. */
export function createResolver(options: ResolverOptions): Resolver {
  const {
    alarm = systemAlarm,
    standings = createStandings(options),
    signal = new AbortController().signal,
    onFailedCorrection = () => {},
  } = options;
  const network = createNetworkResolver({
    ...options,
    standings,
    alarm,
    signal,
    onFailedCorrection,
    onGreater: (pointer) => resolver.accept(pointer),
  });
  const resolver = cached(network, { clock: options.clock, signal });
  return resolver;
}

/** One race for every call; the laggards are corrected when it has ended. */
function createNetworkResolver(
  options: Required<ResolverOptions> & { onGreater: Resolver["accept"] },
): NetworkResolver {
  const correct = createCorrections({ ...options, onFailure: options.onFailedCorrection });
  const walks = new Set<Walk>();

  function makeRoom(): void {
    // A Set keeps the order of insertion: its first walk was begun first.
    const [oldest] = walks;
    if (oldest === undefined || walks.size < MAX_WALKS) return;
    walks.delete(oldest);
    oldest.stop();
  }

  return {
    async resolve(identity, { policy, signal }) {
      signal.throwIfAborted();
      if (policy === "cache-only") throw nothingHeld(identity);
      makeRoom();
      const walk = startWalk(identity, options);
      if (policy === "network-only") walk.askEverybody();
      walks.add(walk);
      void walk.end.then((state) => {
        walks.delete(walk);
        correct(state);
      });
      const state = policy === "network-only" ? walk.end : walk.answer;
      const answer = conclude(await abortable(state, signal));
      return { ...answer, rest: walk.end.then(conclude) };
    },

    accept(pointer) {
      const key = identityKey(pointer.identity);
      for (const walk of walks) if (identityKey(walk.identity) === key) walk.join(pointer);
    },

    askEverybody(identity) {
      const key = identityKey(identity);
      for (const walk of walks) if (identityKey(walk.identity) === key) walk.askEverybody();
    },
  };
}
