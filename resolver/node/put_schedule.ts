import type { DatabaseSync } from "node:sqlite";
import { identityKey, parseIdentity } from "../../schemas/identity.ts";
import type { PutSchedule } from "./node.ts";
import { STANDING } from "./pointer_schema.ts";
import { bytesOf, type Guard } from "./statements.ts";
import { createTimesAhead } from "./times_ahead.ts";

const SELECT = "SELECT identity, wire, standing, refreshed_at, asked_at FROM pointers";

/**
 * Over the rows' `due_at`. `flush` writes the questions that are still in memory, so that `askedAt`
 * is right. Every method throws UnavailableError when the disk is full or fails.
 */
export function createPutSchedule(
  connection: DatabaseSync,
  { guarded, flush }: { guarded: Guard; flush: () => void },
): PutSchedule {
  const neverPut = connection.prepare(`${SELECT} WHERE refreshed_at = 0 AND due_at <= ?
     ORDER BY due_at DESC LIMIT ?`);
  const putBefore = connection.prepare(`${SELECT} WHERE refreshed_at > 0 AND due_at <= ?
     ORDER BY due_at LIMIT ?`);
  const next = connection.prepare("SELECT min(due_at) AS next FROM pointers");
  const postpone = connection.prepare(
    `UPDATE pointers SET due_at = ?, refreshed_at = coalesce(?, refreshed_at) WHERE identity = ?`,
  );
  const leave = connection.prepare(
    `UPDATE pointers SET due_at = ?, refreshed_at = ?
     WHERE identity = ? AND standing <> ${STANDING.kept}`,
  );
  const drop = connection.prepare(
    `DELETE FROM pointers
     WHERE identity = ? AND wire = ? AND asked_at = ? AND standing <> ${STANDING.kept}`,
  );

  const mendTimesAhead = createTimesAhead(connection);

  return {
    due(now, limit) {
      flush();
      const rows = guarded(() => {
        mendTimesAhead(now);
        const first = neverPut.all(Math.trunc(now), limit);
        return [...first, ...putBefore.all(Math.trunc(now), limit - first.length)];
      });
      return rows.map((row) => ({
        identity: parseIdentity(String(row["identity"])),
        bytes: bytesOf(row["wire"]),
        kept: row["standing"] === STANDING.kept,
        refreshedAt: Number(row["refreshed_at"]),
        askedAt: Number(row["asked_at"]),
      }));
    },
    nextDueAt() {
      const at = guarded(() => next.get())?.["next"] ?? null;
      return at === null ? null : Number(at);
    },
    postpone(identity, dueAt, refreshedAt) {
      const refreshed = refreshedAt === undefined ? null : Math.trunc(refreshedAt);
      guarded(() => postpone.run(Math.trunc(dueAt), refreshed, identityKey(identity)));
    },
    leaveToOthers(identity, dueAt, now) {
      guarded(() => leave.run(Math.trunc(dueAt), Math.trunc(now), identityKey(identity)));
    },
    drop({ identity, bytes, askedAt }) {
      flush();
      return guarded(() => drop.run(identityKey(identity), bytes, askedAt)).changes > 0;
    },
  };
}
