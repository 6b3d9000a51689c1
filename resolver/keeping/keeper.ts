import { CID } from "multiformats/cid";
import { type Identity, identityKey } from "../../schemas/identity.ts";
import type { Name } from "../../schemas/name.ts";
import { parsePointer, type VerifiedPointer } from "../../schemas/pointer.ts";
import type { StoringContentReader } from "../content/create.ts";
import type { Call, Clock } from "../contracts.ts";
import { type Alarm, systemAlarm } from "../deadline.ts";
import type { IdentifiedName } from "../identify.ts";
import type { Node } from "../node/node.ts";
import { pause } from "../peers/pause.ts";
import { NO_RULES, type OperatorRules } from "../rules/operator_rules.ts";
import { refusesDocument } from "../rules/refuses_document.ts";
import type { Verifier } from "../verify.ts";
import { type FollowedFeed, followedFeed } from "./followed_feed.ts";
import type { DescribeFeed } from "./feed_description.ts";
import { keepFeed, type KeptFeed } from "./kept_feed.ts";
import { NOT_BEGUN } from "./kept_feed_status.ts";
import { type KeptRecord, openKeptRecords } from "./kept_records.ts";
import { openLookUpTimes } from "./look_up_times.ts";
import { createSlots } from "./slots.ts";
import { allWanted, type Wanted } from "./wanted.ts";
import { watchNames } from "./watch_names.ts";

/** What keeping works with. */
export interface KeeperOptions extends Call {
  readonly node: Pick<Node, "pointers" | "blocks" | "keyValues" | "follows">;
  readonly verifier: Verifier;
  readonly content: Pick<StoringContentReader, "loadAll" | "loadFile">;
  /** Asks everybody for an identity's newest pointer. */
  readonly lookUp: (identity: Identity, call: Call) => Promise<VerifiedPointer>;
  readonly describe: DescribeFeed;
  readonly identify: (name: Name, call: Call) => Promise<IdentifiedName>;
  /** Whose content is kept beside those that are published and followed. */
  readonly others: readonly Identity[];
  /** What the content of one followed identity may take on the disk. */
  readonly maxFollowedBytes: number;
  /** Of whom and what others are told nothing, whatever is held; none unless given. */
  readonly rules?: OperatorRules;
  readonly clock: Clock;
  /** The machine's timers unless given. */
  readonly alarm?: Alarm;
  /** Numbers from 0 to 1; `Math.random` unless given. */
  readonly random?: () => number;
  readonly report: (problem: string) => void;
}

/** Keeps what is published and followed here. */
export interface Keeper {
  /** Everybody who is followed, in the order of their names. */
  followed(): readonly FollowedFeed[];
  /**
   * What others can be told of: the content that is wholly held, and will be until a newer one is, and what
   * it shows from elsewhere. Of a folder there that may be the one file and the way to it.
   */
  roots(): readonly CID[];
  /** Whether it is kept for somebody whom the rules serve, or will be. */
  keeps(cid: CID): boolean;
  /** When the signal has aborted and nothing goes on any longer. Never rejects. */
  readonly ended: Promise<void>;
}

/** Each may read and write 8 blocks at the same time. */
const LOADS_AT_ONCE = 2;
const MEDIA_LOADS_AT_ONCE = 2;
const LOOK_UPS_AT_ONCE = 4;
/** Content of a `publish` that has not come to its end may stay for so long. */
const UNOWNED_MILLISECONDS = 24 * 3_600_000;
const SWEEP_MILLISECONDS = 60 * 60_000;

/**
 * Holds the newest pointers and the whole content of everybody who is published or followed on this
 * machine, until the signal aborts. The lists are the node's own, so a start goes on where the last
 * process ended, however it ended.
 */
export function startKeeping(options: KeeperOptions): Keeper {
  const { node, verifier, lookUp, others, maxFollowedBytes, clock, report, signal } = options;
  const { alarm = systemAlarm, random = Math.random, rules = NO_RULES } = options;
  const { pointers, blocks, follows } = node;
  const records = openKeptRecords(node.keyValues);
  const lookUpTimes = openLookUpTimes(node.keyValues);
  const loads = createSlots(LOADS_AT_ONCE);
  const mediaLoads = createSlots(MEDIA_LOADS_AT_ONCE);
  const lookUps = createSlots(LOOK_UPS_AT_ONCE);
  const kept = new Map<string, { readonly wanted: Wanted; readonly feed: KeptFeed }>();
  const names = watchNames({ ...options, follows, alarm, random });
  let arranging: Promise<void> = Promise.resolve();
  let isDue = false;

  /** Content can be the same for several: it goes with the last of them. */
  async function letGo(root: CID, identity: Identity | null): Promise<void> {
    const name = root.toString();
    const own = identity === null ? null : identityKey(identity);
    for (const [key, { feed }] of kept) {
      if (key !== own && feed.roots().some((other) => other.toString() === name)) return;
    }
    await blocks.pins.release(root);
  }

  /** What is held already counts as followed too: it is never evicted from now on. */
  async function raise(identity: Identity): Promise<void> {
    const bytes = pointers.get(identity);
    if (bytes === null) return;
    pointers.put(await verifier.verify(bytes, identity), { kind: "followed" });
  }

  function start(key: string, wanted: Wanted): void {
    const feed = keepFeed(wanted.identity, {
      ...options,
      alarm,
      random,
      records,
      lookUpTimes,
      loads,
      mediaLoads,
      lookUps,
      letGo,
      lookUp: wanted.followed ? lookUp : null,
      maxBytes: wanted.published ? Number.MAX_SAFE_INTEGER : maxFollowedBytes,
      maxMediaBytes: maxFollowedBytes,
    });
    kept.set(key, { wanted, feed });
  }

  /** Begins and ends what the lists say. */
  async function arrange(): Promise<void> {
    isDue = false;
    const wanted = allWanted({ follows: follows.all(), kept: pointers.kept(), others });
    const keptPointers = new Map(pointers.kept().map((one) => [identityKey(one.identity), one]));
    for (const [key, { identity, published }] of keptPointers) {
      if (!published && wanted.get(key)?.followed !== true) pointers.unfollow(identity);
    }
    for (const [key, { wanted: was, feed }] of [...kept]) {
      const now = wanted.get(key);
      if (now?.followed === was.followed && now.published === was.published) continue;
      await feed.stop();
      kept.delete(key);
      if (now !== undefined) continue;
      records.delete(key);
      for (const root of feed.roots()) await letGo(root, was.identity);
    }
    for (const [key, one] of wanted) {
      if (kept.has(key) || signal.aborted) continue;
      if (one.followed && !keptPointers.has(key)) await raise(one.identity).catch(failed);
      start(key, one);
    }
    await sweep(wanted);
  }

  /** What a killed process left: records of those who are not kept any longer, and pins of nobody. */
  async function sweep(wanted: ReadonlyMap<string, Wanted>): Promise<void> {
    lookUpTimes.retain((key) => wanted.get(key)?.followed === true);
    for (const key of records.all().keys()) if (!wanted.has(key)) records.delete(key);
    // A feed that waits for its turn does not say yet what it is going to load.
    const named = new Set(pointers.kept().map(({ bytes }) => parsePointer(bytes).cid));
    for (const { root, complete, since } of blocks.pins.all()) {
      const isComing = !complete && Math.abs(clock() - since) < UNOWNED_MILLISECONDS;
      if (!isComing && !named.has(root.toString())) await letGo(root, null);
    }
  }

  function heldRoots(identity: Identity, record: KeptRecord | null): CID[] {
    if (record === null || rules.refusesIdentity(identity)) return [];
    const { root, whole, media } = record;
    if (!whole || !blocks.pins.isComplete(root)) return [];
    const beside = media.filter(({ held }) => held).map(({ root }) => CID.parse(root));
    return [root, ...beside].filter((cid) => !refusesDocument(rules, { cid: `${cid}` }));
  }

  function isServed(root: CID): boolean {
    return kept.values().some(({ wanted, feed }) =>
      !rules.refusesIdentity(wanted.identity) && feed.roots().some((own) => own.equals(root))
    );
  }

  function failed(error: unknown): void {
    if (!signal.aborted) report(error instanceof Error ? error.message : String(error));
  }

  /** One after the other; many changes at once are one. */
  function rearrange(): void {
    if (isDue) return;
    isDue = true;
    arranging = arranging.then(arrange).catch(failed);
  }

  async function settle(): Promise<void> {
    await arranging;
    await Promise.all([...kept.values()].map(({ feed }) => feed.settled));
    await blocks.scanned;
    if (!signal.aborted) blocks.pins.settle();
  }

  async function sweepNowAndThen(): Promise<void> {
    for (;;) {
      await pause(SWEEP_MILLISECONDS, { alarm, signal });
      rearrange();
    }
  }

  const stopListening = [
    follows.onChanged(rearrange),
    pointers.onStored((_, sender) => {
      if (sender.kind === "operator") rearrange();
    }),
  ];
  rearrange();
  const work = [settle().catch(failed), sweepNowAndThen().catch(() => {}), names.ended];

  async function run(): Promise<void> {
    await aborted(signal);
    for (const stop of stopListening) stop();
    await arranging;
    await Promise.all([...work, ...[...kept.values()].map(({ feed }) => feed.stop())]);
  }

  return {
    followed: () =>
      follows.all().map((follow) => {
        const status = kept.get(identityKey(follow.identity))?.feed.status() ?? NOT_BEGUN;
        return followedFeed(follow, { pointers, rules }, {
          status,
          nameProblem: names.problem(follow.name),
        });
      }),
    roots: () =>
      [...kept.values()].flatMap(({ wanted, feed }) => heldRoots(wanted.identity, feed.record())),
    keeps: (cid) => blocks.pins.rootsOf(cid).some(isServed),
    ended: run(),
  };
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
