import { CID } from "multiformats/cid";
import { type Identity, identityKey, sameIdentity } from "../../schemas/identity.ts";
import { isWithdrawn, type VerifiedPointer } from "../../schemas/pointer.ts";
import type { StoringContentReader } from "../content/create.ts";
import type { Figures } from "../content/load_all.ts";
import type { Call, Clock } from "../contracts.ts";
import { type Alarm, deadline } from "../deadline.ts";
import { ContentWrongError } from "../errors.ts";
import type { Node } from "../node/node.ts";
import { createBackoff } from "../peers/backoff.ts";
import type { Verifier } from "../verify.ts";
import { keepContent, type KeptContent } from "./keep_content.ts";
import type { KeptRecord, KeptRecords } from "./kept_records.ts";
import type { LookUpTimes } from "./look_up_times.ts";
import { type LookUp, lookUpAgain } from "./look_up_again.ts";
import type { Slots } from "./slots.ts";

/** What keeping one identity's feed works with. */
export interface KeptFeedOptions extends Call {
  readonly node: Pick<Node, "pointers" | "blocks">;
  readonly verifier: Verifier;
  readonly content: Pick<StoringContentReader, "loadAll">;
  /** Asks everybody for the newest pointer; null when only what comes by itself is kept. */
  readonly lookUp: LookUp | null;
  readonly describe: DescribeFeed;
  readonly records: KeptRecords;
  readonly lookUpTimes: LookUpTimes;
  /** What the content may take on the disk. */
  readonly maxBytes: number;
  /** Loads at the same time, of all feeds. */
  readonly loads: Slots;
  /** Look-ups at the same time, of all feeds. */
  readonly lookUps: Slots;
  /** Unpins content that nobody else is kept for. */
  readonly letGo: (root: CID, identity: Identity) => Promise<void>;
  readonly clock: Clock;
  readonly alarm: Alarm;
  /** Numbers from 0 to 1. */
  readonly random: () => number;
}

/** How it is with one identity's feed. The figures are of what is kept of it. */
export interface KeptFeedStatus extends Figures {
  /** `waiting`: no pointer is known, or its turn has not come. */
  readonly state: "waiting" | "loading" | "withdrawn" | KeptContent["outcome"];
  /** What is in the way, for people; empty when nothing is. */
  readonly reason: string;
  /** When everybody was last asked for a newer pointer, milliseconds since 1970; 0 = not yet. */
  readonly checkedAt: number;
  /** Why the last look-up failed; empty when it did not. */
  readonly lookUpProblem: string;
  /** The feed's, as it was read last: a stranger's text. Empty when none was read. */
  readonly title: string;
}

/** What a feed says of itself. */
export interface FeedDescription {
  readonly title: string;
}

/** Reads the feed behind a pointer. Throws what reading content throws. */
export type DescribeFeed = (pointer: VerifiedPointer, call: Call) => Promise<FeedDescription>;

/** One identity whose newest content is kept. */
export interface KeptFeed {
  status(): KeptFeedStatus;
  /** The content that is wanted or held now: it must not be let go. */
  roots(): readonly CID[];
  /** When its content has been looked at for the first time, whatever came of it. Never rejects. */
  readonly settled: Promise<void>;
  /** Ends it; what it holds stays. */
  stop(): Promise<void>;
}

/** Between two looks whether what is held still is: a block may be damaged. */
const LOOK_MILLISECONDS = 10 * 60_000;
/** A publisher who is offline comes back within hours, not seconds. */
const RETRY_WAITS = { first: 10_000, longest: 60 * 60_000 };
/** The feed is here already; a large one takes a second to parse. */
const READ_MILLISECONDS = 10_000;
/** Then others have theirs: a publisher who gives a block every nine seconds holds up nobody. */
const TURN_MILLISECONDS = 10 * 60_000;
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
  const { loads, letGo, describe, lookUpTimes, alarm, random } = options;
  const stopping = new AbortController();
  const signal = AbortSignal.any([options.signal, stopping.signal]);
  const settled = Promise.withResolvers<void>();
  const backoff = createBackoff(random, RETRY_WAITS);
  /** Content with pins for this identity: what is held, what is coming, what was given up for it. */
  const pinned = new Map<string, CID>();
  let loading = new AbortController();
  let hasNews = false;
  let wake = () => {};
  const known = records.get(identity);
  if (known !== null) pinned.set(known.root.toString(), known.root);
  let status: KeptFeedStatus = {
    state: "waiting",
    reason: "",
    blocks: known?.blocks ?? 0,
    bytes: known?.bytes ?? 0,
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
    if (!hasNews) note(change);
  }

  function onNews(): void {
    hasNews = true;
    note({ state: "waiting", reason: "" });
    loading.abort();
    wake();
  }

  async function rest(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    wake = resolve;
    if (hasNews || signal.aborted) resolve();
    const cancel = alarm(milliseconds, resolve);
    await promise;
    cancel();
  }

  async function newest(): Promise<VerifiedPointer | null> {
    const bytes = pointers.get(identity);
    return bytes === null ? null : await verifier.verify(bytes, identity);
  }

  /** Null when it is not wholly held. */
  function heldRecord(pointer: VerifiedPointer): KeptRecord | null {
    const record = records.get(identity);
    const isHeld = record !== null && record.whole && record.root.toString() === pointer.cid &&
      blocks.pins.isComplete(record.root);
    return isHeld ? record : null;
  }

  async function letGoAllBut(current: string | null): Promise<void> {
    for (const [name, root] of pinned) {
      if (name === current) continue;
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
      await letGoAllBut(null);
      return LOOK_MILLISECONDS;
    }
    const held = heldRecord(pointer);
    if (held !== null) {
      conclude({ state: "held", reason: "" });
      if (held.title === null) await loads.run(() => read(pointer, held), { signal });
      return LOOK_MILLISECONDS;
    }
    return await loads.run(() => load(pointer), { signal });
  }

  async function load(pointer: VerifiedPointer): Promise<number> {
    // A newer one came while this one waited for its turn.
    if (hasNews) return 0;
    const root = CID.parse(pointer.cid);
    loading = new AbortController();
    pinned.set(pointer.cid, root);
    note({ state: "loading", reason: "", blocks: 0, bytes: 0 });
    using turn = deadline(TURN_MILLISECONDS, { parent: signal, alarm });
    const kept = await keepContent(
      pointer,
      { blocks, content, maxBytes, onProgress: note },
      { signal: AbortSignal.any([turn.signal, loading.signal]) },
    ).catch((error) => {
      if (hasNews || (turn.signal.aborted && !signal.aborted)) return null;
      throw error;
    });
    if (kept === null) return 0;
    const { outcome, reason, ...figures } = kept;
    conclude({ state: outcome, reason, ...figures });
    if (outcome === "incomplete") return backoff.next();
    backoff.reset();
    if (outcome === "held" || outcome === "too-large") {
      // Before the old content is let go: killed in between, both are there.
      const record = { root, whole: outcome === "held", ...figures, title: null };
      records.put(identity, record);
      await letGoAllBut(pointer.cid);
      await read(pointer, record);
    }
    if (outcome === "no-room") return NO_ROOM_MILLISECONDS;
    return outcome === "held" ? LOOK_MILLISECONDS : HOPELESS_MILLISECONDS;
  }

  /** What the feed says of itself; what cannot be read now is read at a later look. */
  async function read(pointer: VerifiedPointer, record: KeptRecord): Promise<void> {
    using limit = deadline(READ_MILLISECONDS, { parent: signal, alarm });
    try {
      const { title } = await describe(pointer, limit);
      records.put(identity, { ...record, title });
      note({ title });
    } catch (error) {
      signal.throwIfAborted();
      // Then it has none.
      if (error instanceof ContentWrongError) records.put(identity, { ...record, title: "" });
    }
  }

  async function stayInStep(): Promise<void> {
    await blocks.scanned;
    while (!signal.aborted) {
      hasNews = false;
      const milliseconds = await look().catch((error) => {
        if (!signal.aborted) conclude({ state: "incomplete", reason: words(error) });
        return backoff.next();
      });
      settled.resolve();
      await rest(milliseconds);
    }
  }

  const stopListening = pointers.onStored((pointer) => {
    if (sameIdentity(pointer.identity, identity)) onNews();
  });
  signal.addEventListener("abort", () => wake());
  const work = [
    stayInStep().catch(() => {}),
    ...(lookUp === null
      ? []
      : [lookUpAgain(identity, { ...options, lookUp, signal, note: noteLookUp })]),
  ];

  return {
    status: () => status,
    roots: () => [...pinned.values()],
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
