import { type Identity, identityKey } from "../../schemas/identity.ts";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Call } from "../contracts.ts";
import { UnavailableError } from "../errors.ts";
import { cursorText, parseCursor } from "./change_cursor.ts";
import type { ChangePage, PointerStore, PutOutcome } from "./node.ts";
import type { PointerDatabase } from "./pointer_database.ts";

// Newest wins in one statement: timestamps have a fixed width and texts are compared as bytes (BLOB),
// which is the order of `comparePointers`. A replaced row moves to the end of the change feed.
const PUT = `
  INSERT INTO pointers (sequence, identity, timestamp, text, wire)
  VALUES ((SELECT coalesce(max(sequence), 0) + 1 FROM pointers), ?, ?, ?, ?)
  ON CONFLICT (identity) DO UPDATE SET
    sequence = excluded.sequence,
    timestamp = excluded.timestamp,
    text = excluded.text,
    wire = excluded.wire
  WHERE (excluded.timestamp, excluded.text) > (pointers.timestamp, pointers.text)
  RETURNING sequence`;

const HELD = "SELECT wire, text = ? AS same FROM pointers WHERE identity = ?";
const AFTER = "SELECT sequence, wire FROM pointers WHERE sequence > ? ORDER BY sequence LIMIT ?";

/** A PointerStore that is closed with the node. */
export interface ClosablePointerStore extends PointerStore {
  /** Ends the long polls, each with an empty page. */
  close(): void;
}

/** Every method but `onStored` throws UnavailableError when the disk is full or fails. */
export function createPointerStore(database: PointerDatabase): ClosablePointerStore {
  const { connection, storeId } = database;
  const put = connection.prepare(PUT);
  const held = connection.prepare(HELD);
  const after = connection.prepare(AFTER);
  const wire = connection.prepare("SELECT wire FROM pointers WHERE identity = ?");
  const newest = connection.prepare("SELECT max(sequence) AS newest FROM pointers");
  const count = connection.prepare("SELECT count(*) AS count FROM pointers");

  const listeners = new Set<(pointer: VerifiedPointer) => void>();
  const closing = new AbortController();

  function page(since: number, limit: number): ChangePage {
    const rows = guarded(() => after.all(since, limit));
    const last = Number(rows.at(-1)?.["sequence"] ?? since);
    return {
      cursor: cursorText(storeId, last),
      pointers: rows.map((row) => bytesOf(row["wire"])),
    };
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

    put(pointer: VerifiedPointer): PutOutcome {
      const identity = identityKey(pointer.identity);
      const text = new TextEncoder().encode(pointer.text);
      const stored = guarded(() => put.get(identity, pointer.timestamp, text, pointer.bytes));
      if (stored !== undefined) {
        for (const listener of [...listeners]) listener(pointer);
        return { kind: "stored" };
      }
      const row = guarded(() => held.get(text, identity));
      if (row?.["same"] === 1) return { kind: "same" };
      return { kind: "greater-held", bytes: bytesOf(row?.["wire"]) };
    },

    async changes(since: string, limit: number, call: Call): Promise<ChangePage | null> {
      const from = parseCursor(storeId, since);
      if (from === null || from > Number(guarded(() => newest.get())?.["newest"] ?? 0)) return null;
      const held = page(from, limit);
      if (held.pointers.length > 0) return held;
      await nextChange(call.signal);
      return closing.signal.aborted ? held : page(from, limit);
    },

    onStored(listener: (pointer: VerifiedPointer) => void): () => void {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },

    count(): number {
      return Number(guarded(() => count.get())?.["count"]);
    },

    close(): void {
      closing.abort();
    },
  };
}

function guarded<T>(statement: () => T): T {
  try {
    return statement();
  } catch (error) {
    throw new UnavailableError("The node's pointer database does not work.", {
      remedy: "The operator should look at the disk (full, read-only?) and restart the node.",
      cause: error,
    });
  }
}

function bytesOf(value: unknown): Uint8Array<ArrayBuffer> {
  if (value instanceof Uint8Array && value.buffer instanceof ArrayBuffer) {
    return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  }
  throw new TypeError("The pointer database gave a value that is no byte string.");
}
