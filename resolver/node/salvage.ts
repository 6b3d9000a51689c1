import type { DatabaseSync, SQLOutputValue } from "node:sqlite";
import { identityKey } from "../../schemas/identity.ts";
import { parsePointer, type VerifiedPointer } from "../../schemas/pointer.ts";
import type { Clock } from "../contracts.ts";
import { PointerRefusedError } from "../errors.ts";
import type { Verifier } from "../verify.ts";
import { carve } from "./carve.ts";
import type { KeyValueStore, PointerStore, Sender } from "./node.ts";
import { STANDING } from "./pointer_schema.ts";

/** Where the saved things go. */
export interface SalvageOptions {
  /** The new store's. */
  readonly connection: DatabaseSync;
  readonly pointers: PointerStore;
  readonly keyValues: KeyValueStore;
  readonly verifier: Verifier;
  readonly clock: Clock;
}

type Row = Record<string, SQLOutputValue>;

/** Whose pointers are saved without a word about who sent them. */
const UNKNOWN: Sender = { kind: "stranger", key: "salvage" };

/**
 * Saves what can be read of a damaged database and its log into a new store. Every pointer proves
 * itself: it is verified again, about 1 ms each. Rows that SQLite still reads keep what is known about
 * them; of the others the pointers are found by their form, and count as asked for, so that people have
 * 30 days to ask for them. Gives the number of pointers saved.
 */
export async function salvage(path: string, options: SalvageOptions): Promise<number> {
  const { connection, pointers, keyValues, verifier, clock } = options;
  const restore = connection.prepare(
    `UPDATE pointers SET standing = max(standing, iif(?2 > 0, ${STANDING.asked}, 0)),
       asked_at = ?2, refreshed_at = ?3, due_at = ?4 WHERE identity = ?1`,
  );

  async function verified(bytes: Uint8Array): Promise<VerifiedPointer | null> {
    try {
      return await verifier.verify(bytes);
    } catch (error) {
      if (error instanceof PointerRefusedError) return null;
      throw error;
    }
  }

  async function saveRow(row: Row): Promise<void> {
    const bytes = row["wire"];
    const pointer = bytes instanceof Uint8Array ? await verified(bytes) : null;
    if (pointer === null || pointers.put(pointer, senderOf(row)).kind !== "stored") return;
    const [askedAt, refreshedAt, dueAt] = ["asked_at", "refreshed_at", "due_at"].map((column) =>
      timeOf(row[column])
    );
    restore.run(identityKey(pointer.identity), askedAt ?? 0, refreshedAt ?? 0, dueAt ?? 0);
  }

  /** Most have been saved as rows: verifying them again would take as long as before. */
  function isHeld(bytes: Uint8Array): boolean {
    const pointer = attempt(() => parsePointer(bytes));
    const held = pointer === undefined ? null : pointers.get(pointer.identity);
    return held !== null && held.length === bytes.length &&
      held.every((byte, i) => byte === bytes[i]);
  }

  async function saveCarved(file: string): Promise<void> {
    for await (const bytes of carve(file)) {
      if (isHeld(bytes)) continue;
      const pointer = await verified(bytes);
      if (pointer === null || pointers.put(pointer, UNKNOWN).kind !== "stored") continue;
      const now = Math.trunc(clock());
      restore.run(identityKey(pointer.identity), now, 0, now);
    }
  }

  const { DatabaseSync } = await import("node:sqlite");
  const damaged = attempt(() => new DatabaseSync(path, { readOnly: true }));
  if (damaged !== undefined) {
    try {
      for (const row of readRows(damaged)) await saveRow(row);
      attempt(() => saveKeyValues(damaged, keyValues));
    } finally {
      damaged.close();
    }
  }
  for (const suffix of ["", "-wal"]) {
    if (await exists(path + suffix)) await saveCarved(path + suffix);
  }
  return pointers.count();
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

/** But the places in others' change feeds: what was lost here must be read again from their beginning. */
function saveKeyValues(damaged: DatabaseSync, keyValues: KeyValueStore): void {
  for (const { key, value } of damaged.prepare("SELECT key, value FROM key_values").iterate()) {
    if (typeof key !== "string" || !(value instanceof Uint8Array)) continue;
    if (!key.includes("/cursor/")) keyValues.put(key, value);
  }
}

/** Version 1 did not know the sender. */
function senderOf(row: Row): Sender {
  const key = typeof row["sender"] === "string" ? row["sender"] : "salvage";
  if (row["sender_standing"] === STANDING.kept) return { kind: "operator" };
  return { kind: row["sender_standing"] === STANDING.peer ? "peer" : "stranger", key };
}

function timeOf(value: SQLOutputValue | undefined): number {
  return typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : 0;
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}

/** Undefined where the damage is. */
function attempt<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch {
    return undefined;
  }
}
