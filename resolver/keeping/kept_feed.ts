import { CID } from "multiformats/cid";
import { type Identity, identityKey, sameIdentity } from "../../schemas/identity.ts";
import { isWithdrawn, type VerifiedPointer } from "../../schemas/pointer.ts";
import type { StoringContentReader } from "../content/create.ts";
import type { Call, Clock } from "../contracts.ts";
import { type Alarm, deadline } from "../deadline.ts";
import type { Node } from "../node/node.ts";
import { createBackoff } from "../peers/backoff.ts";
import type { Verifier } from "../verify.ts";
import { keepMedia, mediaToKeep } from "./keep_media.ts";
import { type DescribeFeed, describeKept } from "./feed_description.ts";
import { keepContent } from "./keep_content.ts";
import type { KeptFeedStatus } from "./kept_feed_status.ts";
import { figuresOf, type KeptRecord, type KeptRecords, missingMedia } from "./kept_records.ts";
import type { LookUpTimes } from "./look_up_times.ts";
import { createNews } from "./news.ts";
import { type LookUp, lookUpAgain } from "./look_up_again.ts";
import type { Slots } from "./slots.ts";

/** What keeping one identity's feed works with. */
export interface KeptFeedOptions extends Call {
  readonly node: Pick<Node, "pointers" | "blocks">;
  readonly verifier: Verifier;
  readonly content: Pick<StoringContentReader, "loadAll" | "loadFile">;
  /** Asks everybody for the newest pointer; null when only what comes by itself is kept. */
  readonly lookUp: LookUp | null;
  readonly describe: DescribeFeed;
  readonly records: KeptRecords;
  readonly lookUpTimes: LookUpTimes;
  /** What the content may take on the disk. */
  readonly maxBytes: number;
  /** What files beside it may take; with the content no more than that may. */
  readonly maxMediaBytes: number;
  /** Loads at the same time, of all feeds. */
  readonly loads: Slots;
  /** The same of files beside the content: what hangs there holds up no content. */
  readonly mediaLoads: Slots;
  /** Look-ups at the same time, of all feeds. */
  readonly lookUps: Slots;
  /** Unpins content that nobody else is kept for. */
  readonly letGo: (root: CID, identity: Identity) => Promise<void>;
  readonly clock: Clock;
  readonly alarm: Alarm;
  /** Numbers from 0 to 1. */
  readonly random: () => number;
}

/** One identity whose newest content is kept. */
export interface KeptFeed {
  status(): KeptFeedStatus;
  /** The content that is wanted or held now: it must not be let go. */
  roots(): readonly CID[];
  /** What is pinned of it, as it was recorded; null for nothing. */
  record(): KeptRecord | null;
  /** When its content has been looked at for the first time, whatever came of it. Never rejects. */
  readonly settled: Promise<void>;
  /** Ends it; what it holds stays. */
  stop(): Promise<void>;
}

/** Between two looks whether what is held still is: a block may be damaged. */
const LOOK_MILLISECONDS = 10 * 60_000;
/** A publisher who is offline comes back within hours, not seconds. */
const RETRY_WAITS = { first: 10_000, longest: 60 * 60_000 };
/** Then others have theirs: a publisher who gives a block every nine seconds holds up nobody. */
const TURN_MILLISECONDS = 10 * 60_000;
/** Of files beside the content, some of which nobody may have; then others have theirs. */
const MEDIA_TURN_MILLISECONDS = 2 * 60_000;
/** Room comes when somebody else is unfollowed, or publishes less. */
const NO_ROOM_MILLISECONDS = 60 * 60_000;
/** What is wrong or too large stays so, until there is a newer pointer. */
const HOPELESS_MILLISECONDS = 24 * 3_600_000;

/**
 * Keeps the newest content of one identity until it is stopped: whenever a newer pointer is stored, by
 * whatever road it came, its content is loaded whole, and only then the older content let go.
 */
export function keepFeed(identity: Identity, options: KeptFeedOptions): KeptFeed {
  const { node: { pointers, blocks }, verifier, content, lookUp, records, maxBytes } = options;
  const { loads, mediaLoads, maxMediaBytes, letGo, lookUpTimes, alarm, random } = options;
  const stopping = new AbortController();
  const signal = AbortSignal.any([options.signal, stopping.signal]);
  const settled = Promise.withResolvers<void>();
  const backoff = createBackoff(random, RETRY_WAITS);
  /** Content with pins for this identity: what is held, what is coming, what was given up for it. */
  const pinned = new Map<string, CID>();
  const news = createNews({ alarm, signal });
  let recorded = records.get(identity);
  const known = recorded;
  if (known !== null) pinned.set(known.root.toString(), known.root);
  let status: KeptFeedStatus = {
    state: "waiting",
    reason: "",
    ...figuresOf(known),
    checkedAt: lookUpTimes.get(identity),
    lookUpProblem: "",
    title: known?.title ?? "",
  };

  function note(change: Partial<KeptFeedStatus>): void {
    status = { ...status, ...change };
  }

  function noteLookUp(outcome: Pick<Partial<KeptFeedStatus>, "checkedAt" | "lookUpProblem">): void {
    note(outcome);
    if (outcome.checkedAt !== undefined) lookUpTimes.put(identity, outcome.checkedAt);
  }

  /** What was found out about an older pointer's content is not said of the newer one's. */
  function conclude(change: Partial<KeptFeedStatus>): void {
    if (!news.hasCome) note(change);
  }

  function onNews(): void {
    note({ state: "waiting", reason: "" });
    news.come();
  }

  async function newest(): Promise<VerifiedPointer | null> {
    const bytes = pointers.get(identity);
    return bytes === null ? null : await verifier.verify(bytes, identity);
  }

  function save(record: KeptRecord): void {
    records.put(identity, record);
    recorded = record;
  }

  /** Null when it is not wholly held, or has not been read. */
  function heldRecord(pointer: VerifiedPointer): KeptRecord | null {
    const isHeld = recorded !== null && recorded.whole && recorded.title !== null &&
      recorded.root.toString() === pointer.cid && blocks.pins.isComplete(recorded.root);
    return isHeld ? recorded : null;
  }

  async function letGoAllBut(...kept: readonly CID[]): Promise<void> {
    for (const [name, root] of pinned) {
      if (kept.some((other) => other.equals(root))) continue;
      await letGo(root, identity);
      pinned.delete(name);
    }
  }

  /** Resolves with the milliseconds until the next look. */
  async function look(): Promise<number> {
    const pointer = await newest();
    if (pointer === null) return LOOK_MILLISECONDS;
    if (isWithdrawn(pointer)) {
      conclude({ state: "withdrawn", reason: "", blocks: 0, bytes: 0 });
      // The record goes first: what is pinned without one is let go at the latest after the next start.
      records.delete(identityKey(identity));
      recorded = null;
      await letGoAllBut();
      return LOOK_MILLISECONDS;
    }
    let next = LOOK_MILLISECONDS;
    const before = heldRecord(pointer);
    if (before === null) next = await loads.run(() => load(pointer), { signal });
    else conclude({ state: "held", reason: missingMedia(before) });
    const held = heldRecord(pointer);
    if (held === null || news.hasCome) return next;
    if (held.media.every((medium) => medium.held)) return next;
    const call = { signal: news.signal() };
    try {
      return await mediaLoads.run(() => loadMedia(held, call), call);
    } catch (error) {
      if (news.hasCome) return 0;
      throw error;
    }
  }

  /** The older content is let go after a try: what both show stays in between. */
  async function loadMedia(held: KeptRecord, call: Call): Promise<number> {
    const { root, media } = held;
    using turn = deadline(MEDIA_TURN_MILLISECONDS, { parent: call.signal, alarm });
    const maxBytes = Math.min(maxMediaBytes, maxBytesBeside(held));
    const kept = await keepMedia(media, { blocks, content, owner: root, maxBytes }, turn);
    signal.throwIfAborted();
    const record = { ...held, media: kept };
    // What is said to be held is not looked at again: no power cut may leave the record without the pins.
    blocks.pins.sync();
    save(record);
    conclude({ reason: missingMedia(record), ...figuresOf(record) });
    if (news.hasCome) return 0;
    await letGoAllBut(root);
    return kept.every((medium) => medium.held) ? LOOK_MILLISECONDS : backoff.next();
  }

  function maxBytesBeside({ bytes }: KeptRecord): number {
    return Math.max(0, maxBytes - bytes);
  }

  async function load(pointer: VerifiedPointer): Promise<number> {
    // A newer one came while this one waited for its turn.
    if (news.hasCome) return 0;
    const root = CID.parse(pointer.cid);
    pinned.set(pointer.cid, root);
    // Who publishes faster than blocks and media come must not take the quota again with each pointer.
    await letGoAllBut(root, recorded?.root ?? root);
    note({ state: "loading", reason: "", blocks: 0, bytes: 0 });
    using turn = deadline(TURN_MILLISECONDS, { parent: news.signal(), alarm });
    const kept = await keepContent(
      pointer,
      { blocks, content, maxBytes, onProgress: note },
      turn,
    ).catch((error) => {
      if (turn.signal.aborted && !signal.aborted) return null;
      throw error;
    });
    if (kept === null) return 0;
    const { outcome, reason, holds, ...figures } = kept;
    conclude({ state: outcome, reason, ...figures });
    if (outcome === "incomplete") return backoff.next();
    backoff.reset();
    if (outcome === "held" || outcome === "too-large") {
      // Before the old content is let go: killed in between, both are there.
      const whole = outcome === "held";
      save({ root, whole, ...figures, title: null, media: [] });
      const description = await describeKept(pointer, { ...options, signal });
      if (description === null) return backoff.next();
      const { title } = description;
      const media = whole ? mediaToKeep(description.media, holds) : [];
      save({ root, whole, ...figures, title, media });
      note({ title });
      if (media.length === 0) await letGoAllBut(root);
    }
    if (outcome === "no-room") return NO_ROOM_MILLISECONDS;
    return outcome === "held" ? LOOK_MILLISECONDS : HOPELESS_MILLISECONDS;
  }

  async function stayInStep(): Promise<void> {
    await blocks.scanned;
    while (!signal.aborted) {
      news.take();
      const milliseconds = await look().catch((error) => {
        if (!signal.aborted) conclude({ state: "incomplete", reason: words(error) });
        return backoff.next();
      });
      settled.resolve();
      await news.rest(milliseconds);
    }
  }

  const stopListening = pointers.onStored((pointer) => {
    if (sameIdentity(pointer.identity, identity)) onNews();
  });
  const work = [
    stayInStep().catch(() => {}),
    ...(lookUp === null
      ? []
      : [lookUpAgain(identity, { ...options, lookUp, signal, note: noteLookUp })]),
  ];

  return {
    status: () => status,
    roots: () => [...pinned.values()],
    record: () => recorded,
    settled: settled.promise,
    async stop() {
      stopping.abort();
      await Promise.all(work);
      stopListening();
      settled.resolve();
    },
  };
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
