import type { Clock } from "../contracts.ts";
import { createVerifier } from "../verify.ts";
import { archive, findSetAside, setAside } from "./damaged_files.ts";
import type { KeyValueStore, PointerStore } from "./node.ts";
import {
  DamagedDatabaseError,
  openPointerDatabase,
  type PointerDatabase,
} from "./pointer_database.ts";
import { salvageKeyValues } from "./salvage_key_values.ts";
import { salvagePointers } from "./salvage_pointers.ts";

/** Opens the database; a damaged one is set aside, reported, and replaced by an empty one. */
export async function openOrReplace(
  path: string,
  { randomBytes, clock, report }: {
    randomBytes: (length: number) => Uint8Array;
    clock: Clock;
    report: (problem: string) => void;
  },
): Promise<PointerDatabase> {
  try {
    return await openPointerDatabase(path, randomBytes, clock);
  } catch (error) {
    if (!(error instanceof DamagedDatabaseError)) throw error;
    report(`${error.message} What can be read of it is saved while the node runs.`);
    await setAside(path);
    return await openPointerDatabase(path, randomBytes, clock);
  }
}

/** What saving works with. */
export interface SavingOptions {
  readonly pointers: PointerStore;
  readonly keyValues: KeyValueStore;
  readonly clock: Clock;
  readonly report: (problem: string) => void;
  /** Ends it; the next start goes on with it. */
  readonly signal: AbortSignal;
}

/**
 * Saves what can be read of the databases that were set aside, now or by a process that was killed over
 * it. The small values are there when it resolves, because the start needs them; the pointers follow in
 * `done`, which never rejects: 5 s for 1,000 on a busy machine, in steps of some milliseconds. Until then
 * the network has what is not here yet. The new store has an id of its own, so that followers of the old
 * one begin again.
 */
export async function startSaving(
  path: string,
  { connection }: PointerDatabase,
  { pointers, keyValues, clock, report, signal }: SavingOptions,
): Promise<{ readonly done: Promise<void> }> {
  const waiting = await findSetAside(path);
  for (const aside of waiting) await salvageKeyValues(aside, keyValues).catch(failed);

  async function save(): Promise<void> {
    const verifier = createVerifier({ clock });
    for (const aside of waiting) {
      await salvagePointers(aside, { connection, pointers, verifier, clock, signal });
      const archived = await archive(path, aside, clock());
      report(
        "What could be read of the node's damaged database has been saved: it holds " +
          `${pointers.count()} pointers. The damaged one is kept as ${archived}. Others come back ` +
          "from the network.",
      );
    }
  }

  function failed(error: unknown): void {
    if (signal.aborted) return;
    const words = error instanceof Error ? error.message : String(error);
    report(`Saving the node's damaged database has stopped until the next start: ${words}`);
  }

  return { done: save().catch(failed) };
}
