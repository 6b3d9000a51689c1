import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { type Identity, identityKey } from "../../schemas/identity.ts";
import { parsePointer, type VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call, Clock } from "../contracts.ts";
import { PointerRefusedError } from "../errors.ts";
import { createPauses, nextTurn } from "../turns.ts";
import type { Verifier } from "../verify.ts";
import { carve } from "./carve.ts";
import { fileSize, withDamaged } from "./damaged_database.ts";
import type { PointerStore, Sender } from "./node.ts";
import { STANDING } from "./pointer_schema.ts";
import { KEPT_SENDERS, standingOf } from "./pointer_store.ts";

/** Where the saved pointers go. */
export interface SalvageOptions extends Call {
  /** The new store's. */
  readonly connection: DatabaseSync;
  readonly pointers: PointerStore;
  readonly verifier: Verifier;
  readonly clock: Clock;
}

type Row = Record<string, SQLOutputValue>;

/** What the damaged database knew about a pointer. */
interface Known {
  readonly sender: Sender;
  readonly askedAt: number;
  readonly refreshedAt: number;
  readonly dueAt: number;
}

/**
 * Pointers that are compared at a stretch with what is held, some 10 ms: 20,000 that had all been saved before held
 * everybody up for 5 s.
 */
const STRETCH = 32;

/** Whose pointers are saved without a word about who sent them. */
const UNKNOWN = { kind: "stranger", key: "salvage" } as const;

/** Put before, nobody knows when: it waits for its turn among those that are put again. */
const LONG_AGO = 1;

// What is held by now may have come from elsewhere meanwhile: the better standing counts. The turn is the
// saved one only as long as these bytes were not put from here again.
const RESTORE = `
  UPDATE pointers SET
    sender = iif(?3 > sender_standing, ?2, sender),
    sender_standing = max(sender_standing, ?3),
    standing = max(standing, ?3, iif(?4 > 0, ${STANDING.asked}, 0)),
    asked_at = max(asked_at, ?4),
    refreshed_at = iif(wire = ?7 AND refreshed_at = 0, ?5, refreshed_at),
    due_at = iif(wire = ?7 AND refreshed_at = 0, ?6, due_at)
  WHERE identity = ?1`;

/**
 * Saves the pointers of a damaged database and its log into a new store that may be in use already, one
 * a turn of the event loop. Every pointer proves itself: it is verified again, about 1 ms each. Rows that
 * SQLite still reads keep what is known about them; of the others the pointers are found by their form,
 * and count as asked for, so that people have 30 days to ask for them. Doing it again does nothing twice.
 * Throws UnavailableError when the new store fails, and the signal's reason.
 */
export async function salvagePointers(path: string, options: SalvageOptions): Promise<void> {
  const { connection, pointers, verifier, clock, signal } = options;
  const restore = connection.prepare(RESTORE);
  const pause = createPauses(STRETCH, { signal });

  async function verified(bytes: Uint8Array): Promise<VerifiedPointer | null> {
    try {
      return await verifier.verify(bytes);
    } catch (error) {
      if (error instanceof PointerRefusedError) return null;
      throw error;
    }
  }

  /** The pointer's identity, when the very same bytes are held. */
  async function heldAs(bytes: Uint8Array): Promise<Identity | null> {
    await pause();
    const identity = attempt(() => parsePointer(bytes))?.identity;
    const held = identity === undefined ? null : pointers.get(identity);
    const same = held !== null && held.length === bytes.length &&
      held.every((byte, i) => byte === bytes[i]);
    return same ? identity ?? null : null;
  }

  async function save(bytes: Uint8Array, known: Known): Promise<void> {
    // Verifying and writing hold the event loop for some milliseconds.
    await nextTurn({ signal });
    const pointer = await verified(bytes);
    if (pointer === null || pointers.put(pointer, known.sender).kind === "full") return;
    restoreKnown(pointer.identity, bytes, known);
  }

  function restoreKnown(identity: Identity, bytes: Uint8Array, known: Known): void {
    const { standing, key } = standingOf(known.sender);
    const { askedAt, refreshedAt, dueAt } = known;
    restore.run(identityKey(identity), key, standing, askedAt, refreshedAt, dueAt, bytes);
  }

  async function saveRow(row: Row): Promise<void> {
    const bytes = row["wire"];
    if (!(bytes instanceof Uint8Array)) return;
    const held = await heldAs(bytes);
    if (held === null) await save(bytes, knownOf(row));
    // The process may have been killed between the two, when it saved this before.
    else restoreKnown(held, bytes, knownOf(row));
  }

  async function saveCarved(file: string): Promise<void> {
    for await (const bytes of carve(file)) {
      // Most have been saved as rows.
      if (await heldAs(bytes) !== null) continue;
      const now = Math.trunc(clock());
      await save(bytes, { sender: UNKNOWN, askedAt: now, refreshedAt: LONG_AGO, dueAt: now });
    }
  }

  await withDamaged(path, async (damaged) => {
    for (const row of readRows(damaged)) await saveRow(row);
  });
  for (const suffix of ["", "-wal"]) {
    if (await fileSize(path + suffix) > 0) await saveCarved(path + suffix);
  }
}

/** The rows from the first to the damage, then from the last back to it. */
function* readRows(damaged: DatabaseSync): Generator<Row> {
  let first = -1;
  let last = Number.MAX_SAFE_INTEGER;
  for (const [order, comparison] of [["ASC", ">"], ["DESC", "<"]] as const) {
    const sql = `SELECT * FROM pointers WHERE sequence ${comparison} ? ORDER BY sequence ${order}`;
    const statement = attempt(() => damaged.prepare(`${sql} LIMIT 1`));
    for (;;) {
      const row = attempt(() => statement?.get(order === "ASC" ? first : last));
      const sequence = Number(row?.["sequence"]);
      if (row === undefined || !Number.isSafeInteger(sequence)) break;
      if (sequence <= first || sequence >= last) break;
      if (order === "ASC") first = sequence;
      else last = sequence;
      yield row;
    }
  }
}

function knownOf(row: Row): Known {
  return {
    sender: senderOf(row),
    askedAt: timeOf(row["asked_at"]),
    refreshedAt: timeOf(row["refreshed_at"]),
    dueAt: timeOf(row["due_at"]),
  };
}

/** Version 1 did not know the sender. */
function senderOf(row: Row): Sender {
  const key = typeof row["sender"] === "string" ? row["sender"] : UNKNOWN.key;
  if (row["sender_standing"] === STANDING.kept) {
    return { kind: key === KEPT_SENDERS.followed ? "followed" : "operator" };
  }
  return { kind: row["sender_standing"] === STANDING.peer ? "peer" : "stranger", key };
}

function timeOf(value: SQLOutputValue | undefined): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

/** Undefined where the damage is. */
function attempt<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch {
    return undefined;
  }
}
