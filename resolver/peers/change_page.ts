import { OurSpaceError } from "../../schemas/errors.ts";
import { POINTER_MAX_BYTES } from "../../schemas/pointer.ts";

/** The reader's way to say "from the beginning". */
export const BEGINNING = "0";

/** Records asked for at once: a page of them takes a tenth of a second to verify. */
export const PAGE_RECORDS = 100;

/** Every record at its limit, a comma each, and the cursor. */
export const PAGE_MAX_BYTES = PAGE_RECORDS * (POINTER_MAX_BYTES + 1) + 1_024;

/** A place in a store's order of changes; opaque. */
const CURSOR = /^[\x21-\x7e]{1,128}$/;

/** A page of a peer's change feed. Its records are candidates: nothing of it is trusted. */
export interface PeerPage {
  readonly cursor: string;
  readonly records: readonly Uint8Array<ArrayBuffer>[];
}

/** A peer sent what its interface does not allow. */
export class PeerGarbageError extends OurSpaceError {
  override name = "PeerGarbageError";
}

/** Reads the body of `GET /v1/pointers`, already within its size. Throws PeerGarbageError. */
export function readChangePage(body: Uint8Array): PeerPage {
  const page = parseJson(body);
  const { cursor, pointers } = page !== null && typeof page === "object"
    ? { cursor: Reflect.get(page, "cursor"), pointers: Reflect.get(page, "pointers") }
    : {};
  if (typeof cursor !== "string" || !CURSOR.test(cursor) || !Array.isArray(pointers)) {
    throw new PeerGarbageError("It sent a page that is none.");
  }
  if (pointers.length > PAGE_RECORDS) {
    throw new PeerGarbageError("It sent more than was asked for.");
  }
  return { cursor, records: pointers.map(recordBytes) };
}

/** The wire form is what `JSON.stringify` gives (pointer.md, "Wire form"), so nothing is lost here. */
function recordBytes(record: unknown): Uint8Array<ArrayBuffer> {
  try {
    return new TextEncoder().encode(JSON.stringify(record));
  } catch {
    // Nested too deeply to be written again: no record, and no reason to lose the others.
    return new Uint8Array();
  }
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body));
  } catch (cause) {
    throw new PeerGarbageError("It sent a page that is no JSON.", { cause });
  }
}
