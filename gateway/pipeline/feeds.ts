import { LRUCache } from "lru-cache";
import type { ContentReader } from "../../resolver/content/content.ts";
import type { Call, Clock } from "../../resolver/contracts.ts";
import { abortable, deadline, isTimeout, REQUEST_MILLISECONDS } from "../../resolver/deadline.ts";
import { ContentUnreachableError, type RoadReport } from "../../resolver/errors.ts";
import { createSingleFlight } from "../../resolver/single_flight.ts";
import type { Feed } from "../../schemas/feed.ts";
import { identityKey } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { ReadFeed } from "../feed/read_feed.ts";

/** A feed that can be shown. */
export interface LoadedFeed {
  readonly feed: Feed;
  /** The pointer whose content this is. */
  readonly pointer: VerifiedPointer;
  /** True when a newer pointer's content could not be fetched. */
  readonly stale: boolean;
}

/** The step from a pointer to its feed. What it keeps may be lost at any time. */
export interface Feeds {
  /**
   * Throws ContentUnreachableError (nothing to show, not even an older copy) and ContentWrongError.
   */
  load(pointer: VerifiedPointer, call: Call): Promise<LoadedFeed>;
  /** Which roads brought the content that is kept for this pointer; empty when none is. */
  roads(pointer: VerifiedPointer): readonly RoadReport[];
}

interface KeptFeed {
  readonly feed: Feed;
  readonly pointer: VerifiedPointer;
  readonly roads: readonly RoadReport[];
  readonly documentBytes: number;
}

/** Of documents; their parsed form takes about three times as much. */
const KEPT_DOCUMENT_BYTES = 32 * 1024 * 1024;
/** With an older copy at hand a visitor waits this long for the newest content, no longer. */
const PATIENCE_MILLISECONDS = 2_000;
/**
 * A fetch ends before the request that began it, unless that spent more than the difference on finding the
 * pointer: its visitor is then told what became of each road, and not only that it took too long.
 */
const FETCH_MILLISECONDS = REQUEST_MILLISECONDS - 1_000;
/** Content that could not be fetched is not tried again for every visitor in turn. */
const FAILURE_MILLISECONDS = 5_000;
const FAILURES = 1_000;
/** Feeds that are fetched and parsed at the same time. */
const MAX_FETCHES = 256;

/** Keeps the newest feed of each identity; one fetch serves everybody who waits for it. */
export function createFeeds(
  parts: { content: ContentReader; readFeed: ReadFeed; clock: Clock },
): Feeds {
  const { content, readFeed, clock } = parts;
  const kept = new LRUCache<string, KeptFeed>({
    maxSize: KEPT_DOCUMENT_BYTES,
    sizeCalculation: ({ documentBytes }) => Math.max(documentBytes, 1),
  });
  const failures = new LRUCache<string, { error: unknown; until: number }>({ max: FAILURES });
  const fetches = createSingleFlight<KeptFeed>(MAX_FETCHES);

  return {
    async load(pointer, call) {
      const held = kept.get(identityKey(pointer.identity));
      if (held?.pointer.text === pointer.text) return { ...held, stale: false };
      const fetched = fetches.run(pointer.text, (shared) => fetchFeed(pointer, shared));
      if (held === undefined) return { ...await abortable(fetched, call.signal), stale: false };
      try {
        using patience = deadline(PATIENCE_MILLISECONDS, { parent: call.signal });
        return { ...await abortable(fetched, patience.signal), stale: false };
      } catch (error) {
        call.signal.throwIfAborted();
        if (!(error instanceof ContentUnreachableError || isTimeout(error))) throw error;
        return { ...held, stale: true };
      }
    },
    roads(pointer) {
      const held = kept.peek(identityKey(pointer.identity));
      return held?.pointer.text === pointer.text ? held.roads : [];
    },
  };

  async function fetchFeed(pointer: VerifiedPointer, { signal }: Call): Promise<KeptFeed> {
    const failure = failures.get(pointer.text);
    if (failure !== undefined && clock() < failure.until) throw failure.error;
    using limit = deadline(FETCH_MILLISECONDS, { parent: signal });
    try {
      const document = await content.feedDocument(pointer, limit);
      const feed = await readFeed(document, limit);
      const documentBytes = document.bytes.byteLength;
      const loaded = { feed, pointer, roads: document.roads, documentBytes };
      kept.set(identityKey(pointer.identity), loaded);
      return loaded;
    } catch (error) {
      // What had to make room for others says nothing about the content.
      signal.throwIfAborted();
      failures.set(pointer.text, { error, until: clock() + FAILURE_MILLISECONDS });
      throw error;
    }
  }
}
