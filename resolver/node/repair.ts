import type { Clock } from "../contracts.ts";
import { createVerifier } from "../verify.ts";
import { archive, findSetAside, setAside } from "./damaged_files.ts";
import type { KeyValueStore, PointerStore } from "./node.ts";
import {
  DamagedDatabaseError,
  openPointerDatabase,
  type PointerDatabase,
} from "./pointer_database.ts";
import { salvage } from "./salvage.ts";

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
    report(`${error.message} What can be read of it is saved, which takes 1 s for 1,000 pointers.`);
    await setAside(path);
    return await openPointerDatabase(path, randomBytes, clock);
  }
}

/**
 * Saves what can be read of the database that was set aside, now or by a process that was killed over
 * it. The new store has an id of its own, so that followers of the old one begin again.
 */
export async function saveDamaged(
  path: string,
  { connection }: PointerDatabase,
  { pointers, keyValues, clock, report }: {
    pointers: PointerStore;
    keyValues: KeyValueStore;
    clock: Clock;
    report: (problem: string) => void;
  },
): Promise<void> {
  const aside = await findSetAside(path);
  if (aside === null) return;
  const verifier = createVerifier({ clock });
  const saved = await salvage(aside, { connection, pointers, keyValues, verifier, clock });
  const archived = await archive(path, clock());
  report(
    `The node goes on with ${saved} pointers saved from its damaged database, which is kept as ` +
      `${archived}. Others come back from the network.`,
  );
}
