import type { DatabaseSync } from "node:sqlite";
import { type Identity, identityKey } from "../../schemas/identity.ts";
import type { Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import { createRateLimit } from "../rate_limit.ts";
import { STANDING } from "./pointer_schema.ts";
import type { Quota } from "./settings.ts";
import { atomically, type Guard } from "./statements.ts";

const FLUSH_MILLISECONDS = 60_000;

/** For so long after the last question a pointer counts as asked for; milliseconds. */
export const ASKED_MILLISECONDS = 30 * 24 * 3_600_000;

/**
 * The part of the store that one asker's questions can protect in `ASKED_MILLISECONDS`, and how many
 * they can protect in a small store all the same. Else a flood from one address could make itself
 * everybody's by asking for its own wallets from a second one, or through this machine's own pages.
 */
const ASKERS_SHARE = 0.01;
const ASKERS_LEAST = 1_000;
const MAX_ASKERS = 10_000;

/** Identities in memory, some 300 bytes each; one more writes them all first, which takes 40 ms. */
const MAX_PENDING = 2_000;

/** Who asked for an identity: two different askers are enough, because one of them is not its sender. */
interface Questions {
  readonly at: number;
  readonly first: string;
  readonly second: string;
}

/**
 * The questions that came since the last flush. They are a hint: lost when the process is killed, and
 * when the disk is full. No method throws: nobody's question is to fail for it, nor a timer.
 */
export interface AskedLog {
  note(identity: Identity, asker: string): void;
  /** Writes them to the rows they are about. */
  flush(): void;
}

/** Notes come in with every request, so they are gathered in memory and written once a minute. */
export function createAskedLog(
  connection: DatabaseSync,
  { guarded, quota, clock, alarm }: { guarded: Guard; quota: Quota; clock: Clock; alarm: Alarm },
): AskedLog {
  const held = connection.prepare("SELECT sender, standing FROM pointers WHERE identity = ?");
  const update = connection.prepare(
    `UPDATE pointers SET asked_at = max(asked_at, ?2), standing = max(standing, ${STANDING.asked})
     WHERE identity = ?1`,
  );
  const share = Math.max(ASKERS_LEAST, Math.trunc(quota.pointers * ASKERS_SHARE));
  const newlyAsked = createRateLimit(
    { burst: share, perSecond: share / (ASKED_MILLISECONDS / 1_000) },
    { clock, maxKeys: MAX_ASKERS },
  );
  const pending = new Map<string, Questions>();
  let cancel: (() => void) | null = null;

  function write(identity: string, { at, first, second }: Questions): void {
    const row = held.get(identity);
    if (row === undefined) return;
    const others = [first, second].filter((asker) => asker !== row["sender"]);
    // What counts as asked for already stays so by anybody's questions, at no cost.
    const counts = Number(row["standing"]) >= STANDING.asked
      ? others.length > 0
      : others.some((asker) => newlyAsked.take(asker) === 0);
    if (counts) update.run(identity, at);
  }

  function flush(): void {
    cancel?.();
    cancel = null;
    if (pending.size === 0) return;
    try {
      guarded(() =>
        atomically(connection, () => pending.forEach((asked, identity) => write(identity, asked)))
      );
    } catch {
      // A database that is damaged has been reported; a full disk shows at the next put.
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
  };
}
