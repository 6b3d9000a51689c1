import { type Identity, identityKey, parseIdentity } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call, Clock } from "../contracts.ts";
import { type Alarm, systemAlarm } from "../deadline.ts";
import { createAskedLog } from "./asked_log.ts";
import { cursorText, parseCursor } from "./change_cursor.ts";
import { createEviction } from "./eviction.ts";
import type { ChangePage, KeptPointer, PointerStore, PutOutcome, Sender } from "./node.ts";
import type { PointerDatabase } from "./pointer_database.ts";
import { STANDING } from "./pointer_schema.ts";
import { createPutSchedule } from "./put_schedule.ts";
import { DEFAULT_QUOTA, type Quota } from "./settings.ts";
import { atomically, bytesOf, createGuard } from "./statements.ts";

/** The operator's senders; one that publishes is followed no less. */
export const KEPT_SENDERS = { operator: "", followed: "followed" } as const;

// Newest wins in one statement: timestamps have a fixed width and texts are compared as bytes (BLOB),
// which is the order of `comparePointers`. A replaced row moves to the end of the change feed, and keeps
// its sender and its standing, unless the new one is better.
const PUT = `
  INSERT INTO pointers (sequence, identity, timestamp, text, wire, sender, sender_standing, standing,
    asked_at, refreshed_at, due_at)
  VALUES ((SELECT sequence + 1 FROM store), ?1, ?2, ?3, ?4, ?5, ?6, ?6, 0, 0, ?7)
  ON CONFLICT (identity) DO UPDATE SET
    sequence = excluded.sequence,
    timestamp = excluded.timestamp,
    text = excluded.text,
    wire = excluded.wire,
    sender = iif(excluded.sender_standing > sender_standing
      OR (excluded.sender_standing = ${STANDING.kept} AND excluded.sender = '${KEPT_SENDERS.operator}'),
      excluded.sender, sender),
    sender_standing = max(sender_standing, excluded.sender_standing),
    standing = max(standing, excluded.standing),
    refreshed_at = 0,
    due_at = excluded.due_at
  WHERE (excluded.timestamp, excluded.text) > (pointers.timestamp, pointers.text)
  RETURNING sender, standing`;

// The same text from a better sender: what the operator publishes is kept, whoever brought it first.
const RAISE = `
  UPDATE pointers SET sender = ?3, sender_standing = ?4, standing = max(standing, ?4)
  WHERE identity = ?1 AND text = ?2
    AND (sender_standing < ?4 OR (sender_standing = ?4 AND ?3 = '${KEPT_SENDERS.operator}'))`;

const KEPT = `SELECT identity, wire, sender FROM pointers WHERE standing = ${STANDING.kept}`;

const UNFOLLOW = `
  UPDATE pointers SET sender_standing = ${STANDING.stranger}, standing = ${STANDING.asked}, asked_at = ?2
  WHERE identity = ?1 AND sender_standing = ${STANDING.kept} AND sender = '${KEPT_SENDERS.followed}'`;

const HELD = "SELECT wire, text = ? AS same FROM pointers WHERE identity = ?";
const AFTER = "SELECT sequence, wire FROM pointers WHERE sequence > ? ORDER BY sequence LIMIT ?";
const WANTED = `
  SELECT identity FROM pointers WHERE standing >= ${STANDING.asked}
  ORDER BY standing DESC, asked_at DESC LIMIT ?`;

/**
 * A new pointer goes into the network after a random part of this, milliseconds: the operator's at
 * once; a peer that handed one over is about to put it by itself, which takes our turn away.
 */
const FIRST_PUT_WITHIN = { operator: 0, stranger: 2_000, followed: 60_000, peer: 60_000 };

/** A PointerStore that is closed with the node. */
export interface ClosablePointerStore extends PointerStore {
  /** Ends the long polls, each with an empty page, and writes what is still in memory. */
  close(): void;
}

/** What a store needs of its surroundings. */
export interface PointerStoreOptions {
  readonly clock?: Clock;
  readonly alarm?: Alarm;
  /** From 0 up to 1. */
  readonly random?: () => number;
  readonly quota?: Quota;
  /** Told about damage. */
  readonly report?: (problem: string) => void;
}

/** Every method but `onStored` throws UnavailableError when the disk is full or fails. */
export function createPointerStore(
  { connection, storeId }: PointerDatabase,
  options: PointerStoreOptions = {},
): ClosablePointerStore {
  const { clock = Date.now, alarm = systemAlarm, random = Math.random } = options;
  const { quota = DEFAULT_QUOTA, report = () => {} } = options;
  const guarded = createGuard(report);
  const put = connection.prepare(PUT);
  const raise = connection.prepare(RAISE);
  const held = connection.prepare(HELD);
  const after = connection.prepare(AFTER);
  const wire = connection.prepare("SELECT wire FROM pointers WHERE identity = ?");
  const totals = connection.prepare("SELECT sequence, pointers, bytes FROM store");
  const wanted = connection.prepare(WANTED);
  const kept = connection.prepare(KEPT);
  const unfollow = connection.prepare(UNFOLLOW);
  const asked = createAskedLog(connection, { guarded, quota, clock, alarm });
  const eviction = createEviction(connection, { quota, clock, flush: asked.flush });

  const listeners = new Set<(pointer: VerifiedPointer, sender: Sender) => void>();
  const closing = new AbortController();

  function total(column: "sequence" | "pointers" | "bytes"): number {
    return Number(guarded(() => totals.get())?.[column]);
  }

  function page(since: number, limit: number): ChangePage {
    const rows = guarded(() => after.all(since, limit));
    const last = Number(rows.at(-1)?.["sequence"] ?? since);
    return {
      cursor: cursorText(storeId, last),
      pointers: rows.map((row) => bytesOf(row["wire"])),
    };
  }

  /** Null, which takes everything back: there is no room. */
  function offer(pointer: VerifiedPointer, sender: Sender): PutOutcome | null {
    const identity = identityKey(pointer.identity);
    const text = new TextEncoder().encode(pointer.text);
    const { standing, key } = standingOf(sender);
    const dueAt = Math.trunc(clock() + random() * FIRST_PUT_WITHIN[sender.kind]);
    const before = total("pointers");
    const row = put.get(identity, pointer.timestamp, text, pointer.bytes, key, standing, dueAt);
    if (row !== undefined) {
      const stored = {
        identity,
        sender: String(row["sender"]),
        standing: Number(row["standing"]),
      };
      const fits = eviction.makeRoomFor(stored);
      return fits || total("pointers") <= before ? { kind: "stored" } : null;
    }
    if (standing > STANDING.stranger) raise.run(identity, text, key, standing);
    const greater = held.get(text, identity);
    if (greater?.["same"] === 1) return { kind: "same" };
    return { kind: "greater-held", bytes: bytesOf(greater?.["wire"]) };
  }

  /** Resolves at the next stored pointer, or when the wait is over. */
  function nextChange(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const stop = () => {
        listeners.delete(stop);
        signal.removeEventListener("abort", stop);
        closing.signal.removeEventListener("abort", stop);
        resolve();
      };
      listeners.add(stop);
      signal.addEventListener("abort", stop);
      closing.signal.addEventListener("abort", stop);
      if (signal.aborted || closing.signal.aborted) stop();
    });
  }

  return {
    get(identity: Identity): Uint8Array<ArrayBuffer> | null {
      const row = guarded(() => wire.get(identityKey(identity)));
      return row === undefined ? null : bytesOf(row["wire"]);
    },

    put(pointer: VerifiedPointer, sender: Sender): PutOutcome {
      const outcome = guarded(() => {
        eviction.prepare();
        return atomically(connection, () => offer(pointer, sender));
      });
      if (outcome === null) return { kind: "full" };
      if (outcome.kind === "stored") {
        for (const listener of [...listeners]) listener(pointer, sender);
      }
      return outcome;
    },

    asked: asked.note,

    wanted(limit: number): readonly Identity[] {
      asked.flush();
      return guarded(() => wanted.all(limit)).map((row) => parseIdentity(String(row["identity"])));
    },

    kept(): readonly KeptPointer[] {
      return guarded(() => kept.all()).map((row) => ({
        identity: parseIdentity(String(row["identity"])),
        bytes: bytesOf(row["wire"]),
        published: row["sender"] !== KEPT_SENDERS.followed,
      }));
    },

    unfollow(identity: Identity): void {
      guarded(() => unfollow.run(identityKey(identity), Math.trunc(clock())));
    },

    async changes(since: string, limit: number, call: Call): Promise<ChangePage | null> {
      const from = parseCursor(storeId, since);
      if (from === null || from > total("sequence")) return null;
      const held = page(from, limit);
      if (held.pointers.length > 0) return held;
      await nextChange(call.signal);
      return closing.signal.aborted ? held : page(from, limit);
    },

    onStored(listener: (pointer: VerifiedPointer, sender: Sender) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    count: () => total("pointers"),
    bytes: () => total("bytes"),
    schedule: createPutSchedule(connection, { guarded, flush: asked.flush }),

    close(): void {
      closing.abort();
      asked.flush();
    },
  };
}

/** What the tables say of a sender. */
export function standingOf(sender: Sender): { standing: number; key: string } {
  return sender.kind === "operator" || sender.kind === "followed"
    ? { standing: STANDING.kept, key: KEPT_SENDERS[sender.kind] }
    : { standing: STANDING[sender.kind], key: sender.key };
}
