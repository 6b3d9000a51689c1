import { LRUCache } from "lru-cache";
import type { CID } from "multiformats/cid";
import type { ContentReader } from "../../resolver/content/content.ts";
import type { Call, Clock } from "../../resolver/contracts.ts";
import { abortable, deadline, isTimeout, REQUEST_MILLISECONDS } from "../../resolver/deadline.ts";
import {
  ContentUnreachableError,
  type RoadReport,
  UnavailableError,
} from "../../resolver/errors.ts";
import type { References } from "../../resolver/content/references.ts";
import { NO_RULES, type OperatorRules } from "../../resolver/rules/operator_rules.ts";
import { type DocumentPlace, refusesDocument } from "../../resolver/rules/refuses_document.ts";
import { refusedContent } from "../../resolver/rules/refusals.ts";
import { createSingleFlight } from "../../resolver/single_flight.ts";
import type { Feed } from "../../schemas/feed.ts";
import { identityKey } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { ReadFeed } from "../feed/read_feed.ts";
import { createDocumentRoom } from "./document_room.ts";
import { feedReferences } from "./feed_references.ts";

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
   * True when nothing speaks against an answer that needs no feed, like a 304. False when the rules could
   * refuse the feed's document, and which one that is takes loading. Throws RefusedByOperatorError.
   */
  isCleared(pointer: VerifiedPointer): boolean;
  /** Whether what this pointer's feed refers to is still remembered: a page of it is of no use otherwise. */
  isRemembered(pointer: VerifiedPointer): boolean;
  /**
   * Throws ContentUnreachableError (nothing to show, not even an older copy), ContentWrongError and
   * RefusedByOperatorError.
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
  readonly references: readonly CID[];
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
/** Feeds whose document's place is remembered, some 500 bytes each. */
const DOCUMENTS = 10_000;
/** Feeds that are fetched and parsed at the same time. */
const MAX_FETCHES = 256;

/** Keeps the newest feed of each identity; one fetch serves everybody who waits for it. */
export function createFeeds(
  parts: {
    content: ContentReader;
    readFeed: ReadFeed;
    references: References;
    rules: OperatorRules;
    clock: Clock;
  },
): Feeds {
  const { content, readFeed, references, rules, clock } = parts;
  const kept = new LRUCache<string, KeptFeed>({
    maxSize: KEPT_DOCUMENT_BYTES,
    sizeCalculation: ({ documentBytes }) => Math.max(documentBytes, 1),
  });
  const failures = new LRUCache<string, { error: unknown; until: number }>({ max: FAILURES });
  const fetches = createSingleFlight<KeptFeed>(MAX_FETCHES);
  const documents = new LRUCache<string, DocumentPlace>({ max: DOCUMENTS });
  const room = createDocumentRoom();
  rules.onChange(() => failures.clear());

  return {
    isCleared(pointer) {
      if (rules === NO_RULES) return true;
      check(pointer);
      return documents.has(pointer.text);
    },

    isRemembered: ({ identity, cid }) => references.isNoted(identity, cid),

    async load(pointer, call) {
      const loaded = await loadNewest(pointer, call);
      check(loaded.pointer);
      return loaded;
    },

    roads(pointer) {
      const held = kept.peek(identityKey(pointer.identity));
      return held?.pointer.text === pointer.text ? held.roads : [];
    },
  };

  /** What is kept from before may be refused by now. */
  function check(pointer: VerifiedPointer): void {
    if (refusesDocument(rules, pointer, documents.get(pointer.text))) throw refusedContent();
  }

  async function loadNewest(pointer: VerifiedPointer, call: Call): Promise<LoadedFeed> {
    const held = kept.get(identityKey(pointer.identity));
    if (held?.pointer.text === pointer.text) {
      // As new as any: what is shown here is not forgotten before what nobody looks at.
      references.note(pointer.identity, held.references);
      return { ...held, stale: false };
    }
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
  }

  async function fetchFeed(pointer: VerifiedPointer, { signal }: Call): Promise<KeptFeed> {
    const failure = failures.get(pointer.text);
    if (failure !== undefined && clock() < failure.until) throw failure.error;
    using limit = deadline(FETCH_MILLISECONDS, { parent: signal });
    try {
      const document = await content.feedDocument(pointer, limit);
      const documentBytes = document.bytes.byteLength;
      const feed = await room.run(documentBytes, () => readFeed(document, limit), limit);
      const noted = feedReferences(pointer, document, feed);
      references.note(pointer.identity, noted);
      documents.set(pointer.text, { cid: document.cid, name: document.name });
      const { roads } = document;
      const loaded = { feed, pointer, roads, documentBytes, references: noted };
      kept.set(identityKey(pointer.identity), loaded);
      return loaded;
    } catch (error) {
      // What had to make room for others says nothing about the content.
      signal.throwIfAborted();
      if (error instanceof UnavailableError) throw error;
      failures.set(pointer.text, { error, until: clock() + FAILURE_MILLISECONDS });
      throw error;
    }
  }
}
