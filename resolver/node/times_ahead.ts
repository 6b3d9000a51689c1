import type { DatabaseSync } from "node:sqlite";
import { STANDING } from "./pointer_schema.ts";

/** Nothing that this program notes lies so far ahead: turns are at most 15 hours away; milliseconds. */
const FARTHEST = 24 * 3_600_000;

/** Rows that are mended at once, 5 ms of a million; the others when it is called again. */
const MAX_ROWS = 500;

/**
 * A clock that ran ahead and was set right leaves times behind that would not come for years: pointers
 * that are never put again, and others that count as asked for as long. They become `now`.
 */
export function createTimesAhead(connection: DatabaseSync): (now: number) => void {
  const farthestDue = connection.prepare("SELECT max(due_at) AS at FROM pointers");
  const farthestAsked = connection.prepare(
    `SELECT max(asked_at) AS at FROM pointers WHERE standing = ${STANDING.asked}`,
  );
  const mendDue = connection.prepare(
    `UPDATE pointers SET due_at = ?1 WHERE sequence IN (
       SELECT sequence FROM pointers WHERE due_at > ?2 ORDER BY due_at DESC LIMIT ${MAX_ROWS})`,
  );
  const mendAsked = connection.prepare(
    `UPDATE pointers SET asked_at = ?1 WHERE sequence IN (
       SELECT sequence FROM pointers WHERE standing = ${STANDING.asked} AND asked_at > ?2
       ORDER BY asked_at DESC LIMIT ${MAX_ROWS})`,
  );

  return (time) => {
    const now = Math.trunc(time);
    const farthest = now + FARTHEST;
    // Almost always there are none: two look-ups in an index, and no transaction.
    if (Number(farthestDue.get()?.["at"]) > farthest) mendDue.run(now, farthest);
    if (Number(farthestAsked.get()?.["at"]) > farthest) mendAsked.run(now, farthest);
  };
}
