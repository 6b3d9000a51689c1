import type { Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";

const FLUSH_MILLISECONDS = 60_000;

/** Notes in memory, some 150 bytes each; one more writes them all first, which takes 20 ms on a busy machine. */
const MAX_PENDING = 2_000;

/** When blocks were last read. */
export interface LastUsed {
  note(cid: string): void;
  flush(): void;
}

/**
 * Reading costs no write: notes are gathered in memory, and written once a minute. Those of a killed
 * process are lost. No method throws: nobody's reading is to fail for it, nor a timer.
 */
export function createLastUsed(
  write: (notes: ReadonlyMap<string, number>) => void,
  { clock, alarm }: { clock: Clock; alarm: Alarm },
): LastUsed {
  const pending = new Map<string, number>();
  let cancel: (() => void) | null = null;

  function flush(): void {
    cancel?.();
    cancel = null;
    if (pending.size === 0) return;
    try {
      write(pending);
    } catch {
      // A hint is lost. What is wrong with the database shows at the next put.
    }
    pending.clear();
  }

  return {
    note(cid) {
      pending.set(cid, Math.trunc(clock()));
      if (pending.size >= MAX_PENDING) flush();
      else cancel ??= alarm(FLUSH_MILLISECONDS, flush);
    },
    flush,
  };
}
