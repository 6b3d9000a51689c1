import type { CID } from "multiformats/cid";
import type { Call, Clock } from "../contracts.ts";
import { type Alarm, deadline } from "../deadline.ts";
import { pause } from "../peers/pause.ts";
import { contentName } from "./content_key.ts";
import type { PointerNetwork } from "./network.ts";
import { nextTurn } from "./next_turn.ts";

/** How soon what is held anew is provided. */
const ROUND_MILLISECONDS = 15_000;

/** Each is a walk through the network: 20 to 60 messages. */
const AT_ONCE = 2;
const PROVIDE_MILLISECONDS = 30_000;

/** Then it is looked again what is held: what was published meanwhile need not wait for 2,000 others. */
const ROUND_CONTENTS = 20;

/** After nobody took it: the network may just be starting. */
const RETRY_MILLISECONDS = 60_000;

/** Contents that are provided; another node keeps no more records of one sender. */
const CONTENTS_MAX = 2_000;

/** What providing content works with; `signal` ends it. */
export interface ProvideOptions extends Call {
  readonly network: Pick<PointerNetwork, "content" | "mode" | "status">;
  /** The roots of what this node wholly holds, those that matter most first. */
  readonly contents: () => Promise<readonly CID[]>;
  readonly clock: Clock;
  readonly alarm: Alarm;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly report: (problem: unknown) => void;
}

/**
 * Says in the DHT what this node holds: soon after it is held, and again about every 12 hours. A node
 * that nobody can reach says nothing. Resolves when the signal has aborted; never rejects.
 */
export async function startProvidingContents(options: ProvideOptions): Promise<void> {
  const { network, contents, clock, alarm, random, signal, report } = options;
  if (network.mode === "client") return;
  const dueAt = new Map<string, number>();

  async function provide(cid: CID): Promise<void> {
    using limit = deadline(PROVIDE_MILLISECONDS, { parent: signal, alarm });
    const { confirmed } = await network.content.provide(cid, limit);
    const now = clock();
    dueAt.set(contentName(cid), confirmed > 0 ? nextTurn(now, random) : now + RETRY_MILLISECONDS);
  }

  /** Resolves with whether that was all. */
  async function round(): Promise<boolean> {
    if (network.status().routingTable === 0) return true;
    const held = (await contents()).slice(0, CONTENTS_MAX);
    const names = new Set(held.map(contentName));
    for (const name of dueAt.keys()) if (!names.has(name)) dueAt.delete(name);
    const all = held.filter((cid) => (dueAt.get(contentName(cid)) ?? 0) <= clock());
    const due = all.slice(0, ROUND_CONTENTS);
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let cid = due.shift(); cid !== undefined; cid = due.shift()) await provide(cid);
    });
    await Promise.all(workers);
    return all.length <= ROUND_CONTENTS;
  }

  while (!signal.aborted) {
    const isOver = await round().catch((error) => {
      if (!signal.aborted) report(error);
      return true;
    });
    if (isOver) await pause(ROUND_MILLISECONDS, { alarm, signal }).catch(() => {});
  }
}
