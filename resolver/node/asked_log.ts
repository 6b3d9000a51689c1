import type { DatabaseSync } from "node:sqlite";
import { type Identity, identityKey } from "../../schemas/identity.ts";
import type { Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import { STANDING } from "./pointer_schema.ts";
import { atomically, type Guard } from "./statements.ts";

const FLUSH_MILLISECONDS = 60_000;

/** Identities in memory, some 300 bytes each; one more writes them all first, which takes 40 ms. */
const MAX_PENDING = 2_000;

/** Who asked for an identity: two different askers are enough, because one of them is not its sender. */
interface Questions {
  readonly at: number;
  readonly first: string;
  readonly second: string;
}

/** The questions that came since the last flush. Lost when the process is killed: they are a hint. */
export interface AskedLog {
  note(identity: Identity, asker: string): void;
  /** Writes them to the rows they are about. */
  flush(): void;
  /** Flushes, and stops the clockwork. */
  close(): void;
}

/** Notes come in with every request, so they are gathered in memory and written once a minute. */
export function createAskedLog(
  connection: DatabaseSync,
  { guarded, clock, alarm }: { guarded: Guard; clock: Clock; alarm: Alarm },
): AskedLog {
  const update = connection.prepare(
    `UPDATE pointers SET asked_at = ?2, standing = max(standing, ${STANDING.asked})
     WHERE identity = ?1 AND asked_at < ?2 AND (sender <> ?3 OR sender <> ?4)`,
  );
  const pending = new Map<string, Questions>();
  let cancel: (() => void) | null = null;

  function flush(): void {
    cancel?.();
    cancel = null;
    if (pending.size === 0) return;
    try {
      guarded(() =>
        atomically(connection, () => {
          for (const [identity, { at, first, second }] of pending) {
            update.run(identity, at, first, second);
          }
        })
      );
    } finally {
      pending.clear();
    }
  }

  return {
    note(identity, asker) {
      const key = identityKey(identity);
      const known = pending.get(key);
      if (known === undefined && pending.size >= MAX_PENDING) flush();
      const first = known?.first ?? asker;
      const second = known === undefined || known.second === known.first ? asker : known.second;
      pending.set(key, { at: Math.trunc(clock()), first, second });
      cancel ??= alarm(FLUSH_MILLISECONDS, flush);
    },
    flush,
    close() {
      try {
        flush();
      } catch {
        // A database that fails has been reported, and loses no more than hints.
      }
    },
  };
}
