import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call, Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import { PointerRefusedError } from "../errors.ts";
import type { Node } from "../node/node.ts";
import type { Verifier } from "../verify.ts";
import { createBackoff } from "./backoff.ts";
import { BEGINNING, PAGE_RECORDS, PeerGarbageError, type PeerPage } from "./change_page.ts";
import type { ConfiguredPeer } from "./configured.ts";
import type { Pace } from "./pace.ts";
import { pause } from "./pause.ts";
import type { PeerRecords } from "./records.ts";

/** What following the peers works with. */
export interface FollowOptions extends Call {
  readonly node: Node;
  readonly verifier: Verifier;
  readonly clock: Clock;
  readonly alarm: Alarm;
  /** Numbers from 0 to 1. */
  readonly random: () => number;
  readonly pace: Pace;
  readonly records: PeerRecords;
  readonly report: (problem: string) => void;
}

/** How it goes with one peer. Counters start with the process. */
export interface FollowStatus {
  readonly peer: string;
  /** `no-node`: it keeps no pointers of its own. `failing` is asked again later. */
  readonly state: "starting" | "catching-up" | "in-step" | "failing" | "no-node";
  /** Pointers that were new here. */
  readonly taken: number;
  /** Records that did not pass the pointer's rules. */
  readonly refused: number;
  /** When it last answered, milliseconds since 1970; 0 = not yet. */
  readonly answeredAt: number;
  /** What went wrong last; only when `failing`. */
  readonly problem?: string;
}

/** A peer that one follows. */
export interface Followed {
  readonly status: () => FollowStatus;
  /** When the signal has aborted. Never rejects. */
  readonly ended: Promise<void>;
}

/** A gateway without a node may have one tomorrow. */
const NO_NODE_MILLISECONDS = 60 * 60_000;
/** A long poll that comes back empty before that did not wait. */
const HASTY_MILLISECONDS = 1_000;
/** A page with nothing new; so is every page of a peer that sends the same ones for ever. */
const BARREN_MILLISECONDS = 100;
/** Failures in a row that are worth the operator's attention; garbage is at once. */
const REPORTED_FAILURES = 5;
/** Greater pointers sent to the peer for one page of its own; it limits how many it takes. */
const MAX_OFFERS = 32;

/** Keeps the node in step with a peer's change feed until the signal aborts. */
export function follow(
  { base, client }: ConfiguredPeer,
  options: FollowOptions,
): Followed {
  const { node, verifier, clock, random, pace, records, report, signal } = options;
  const { name } = client;
  const cursorKey = `peers/cursor/${base}`;
  const backoff = createBackoff(random);
  let cursor = readCursor();
  let reported = false;
  let status: FollowStatus = { peer: name, state: "starting", taken: 0, refused: 0, answeredAt: 0 };

  function readCursor(): string {
    const bytes = node.keyValues.get(cursorKey);
    return bytes === null ? BEGINNING : new TextDecoder().decode(bytes);
  }

  function moveTo(next: string): void {
    if (next === cursor) return;
    node.keyValues.put(cursorKey, new TextEncoder().encode(next));
    cursor = next;
  }

  function failed(error: unknown, atOnce: boolean): number {
    const problem = error instanceof Error ? error.message : String(error);
    status = { ...status, state: "failing", problem };
    const milliseconds = backoff.next();
    if (!reported && (atOnce || backoff.failures() >= REPORTED_FAILURES)) {
      reported = true;
      report(`${name} cannot be followed: ${problem} It is asked less and less often.`);
    }
    return milliseconds;
  }

  /** Verifies and stores one record. Resolves with ours when it is greater than theirs. */
  async function take(record: Uint8Array<ArrayBuffer>): Promise<VerifiedPointer | null> {
    try {
      const pointer = await verifier.verify(record);
      const outcome = node.pointers.put(pointer, { kind: "peer", key: base });
      if (outcome.kind === "stored") status = { ...status, taken: status.taken + 1 };
      if (outcome.kind !== "greater-held") return null;
      return await verifier.verify(outcome.bytes, pointer.identity);
    } catch (error) {
      if (!(error instanceof PointerRefusedError)) throw error;
      status = { ...status, refused: status.refused + 1 };
      if (error.reason === "not-valid-yet") await records.waitingRoom.noteRecord(record, name);
      else if (error.reason !== "not-verifiable-here") throw new LieError(error);
      return null;
    }
  }

  /** One bad record does not lose the others. Resolves with the greater pointers that are held here. */
  async function takeAll(
    { records }: PeerPage,
  ): Promise<{ greater: VerifiedPointer[]; lie: LieError | null }> {
    const greater: VerifiedPointer[] = [];
    let lie: LieError | null = null;
    for (const record of records) {
      try {
        const held = await pace.run(() => take(record));
        if (held !== null) greater.push(held);
      } catch (error) {
        if (!(error instanceof LieError)) throw error;
        lie = error;
      }
    }
    return { greater, lie };
  }

  /** The faster way only: the peer meets the greater ones in our feed, or in a walk, as well. */
  async function offer(greater: readonly VerifiedPointer[]): Promise<void> {
    try {
      for (const pointer of greater.slice(0, MAX_OFFERS)) await client.offer(pointer, { signal });
    } catch {
      signal.throwIfAborted();
    }
  }

  /** Resolves with the milliseconds until the next question. */
  async function ask(): Promise<number> {
    const askedAt = clock();
    const since = cursor;
    const answer = await client.changes(since, { signal });
    status = { ...status, answeredAt: clock() };
    if (answer.kind === "no-node") {
      status = { ...status, state: "no-node" };
      return NO_NODE_MILLISECONDS;
    }
    if (answer.kind === "unknown-cursor") {
      if (since === BEGINNING) throw new PeerGarbageError("It does not know its own beginning.");
      moveTo(BEGINNING);
      // A peer that knows none of its cursors is slowed down too: only progress resets this.
      return backoff.next();
    }
    const { page } = answer;
    if (page.records.length === 0) {
      moveTo(page.cursor);
      if (clock() - askedAt < HASTY_MILLISECONDS) {
        return failed(
          new PeerGarbageError("It answers that nothing is new without waiting."),
          false,
        );
      }
      succeeded("in-step", true);
      return 0;
    }
    if (page.cursor === since) throw new PeerGarbageError("It sends one page again and again.");
    const before = status.taken;
    const { greater, lie } = await takeAll(page);
    // Only now: a process that is killed before takes the page once more.
    moveTo(page.cursor);
    await offer(greater);
    if (lie !== null) throw lie;
    succeeded(page.records.length < PAGE_RECORDS ? "in-step" : "catching-up", since !== BEGINNING);
    return status.taken === before ? BARREN_MILLISECONDS : 0;
  }

  function succeeded(state: "catching-up" | "in-step", progressed: boolean): void {
    if (progressed) {
      backoff.reset();
      reported = false;
    }
    const { problem: _, ...others } = status;
    status = { ...others, state };
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const milliseconds = await ask().catch((error) => {
        signal.throwIfAborted();
        const lied = error instanceof LieError || error instanceof PeerGarbageError;
        if (lied) records.standings.note(name, "lied");
        return failed(error, lied);
      });
      if (milliseconds > 0) await pause(milliseconds, options);
    }
  }

  return { status: () => status, ended: run().catch(() => {}) };
}

/** A record that the peer, had it checked it, could not hold. */
class LieError extends Error {
  constructor(cause: PointerRefusedError) {
    super(`It sent a record that it cannot have checked. ${cause.message}`, { cause });
  }
}
