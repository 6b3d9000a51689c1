import type { Multiaddr } from "@multiformats/multiaddr";
import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import { createProviderAddresses } from "./provider_addresses.ts";
import { openProviderDatabase } from "./provider_database.ts";
import { createWriteBatches } from "./write_batches.ts";

/**
 * How long a peer is said to provide something after it last said so (libp2p kad-dht specification,
 * "Content provider advertisement and discovery"). Milliseconds.
 */
export const PROVIDED_MILLISECONDS = 48 * 3_600_000;

/** Providers of one CID that are told: as many as an answer names peers. */
export const PROVIDERS_MAX = 20;

/**
 * Of them, so many have their places for as long as they say that they provide; the others make room
 * for newcomers by chance. So a flood of newcomers never drives out all who were there before, and
 * those who were there before never keep everybody else out.
 */
const SETTLED_MAX = 10;

/** Of one CID's, those that come from one address: peer ids cost nothing. */
const PER_SENDER_AND_CID = 3;

/** Records of one sender, and of all: some 400 bytes each on the disk. */
export const PER_SENDER = 2_000;
const RECORDS_MAX = 100_000;

/** Longer names are no peer's; what a record takes is so bounded. Characters. */
const NAME_MAX = 128;

/** Expired records that go whenever one comes: more than can come, and less than a millisecond's work. */
const SWEPT_MAX = 64;

/** Who provides what, as they said of themselves, and where they are. */
export interface ProviderRecords {
  /**
   * False: there is no room for it, or the disk fails. `sender` is what the provider is counted by; saying
   * it again from elsewhere changes nothing of that. In this protocol nobody is told that a record was
   * taken, so it need not be on the disk yet: it is within about a second, and what came later than that
   * is lost with a process that is killed.
   */
  add(content: string, provider: string, sender: string): boolean;
  /** Where a provider that has a record is to be found, as it said. Written like the record. */
  locate(provider: string, addresses: readonly Multiaddr[]): void;
  /** Those whose time is not over, those that were there first at the beginning. */
  of(content: string): readonly string[];
  /** As it was told to `locate`; nothing for one who has no record. */
  addressesOf(provider: string): readonly Multiaddr[];
  count(): number;
  /** Writes what is not on the disk yet. */
  close(): void;
}

/** What the records are kept with. */
export interface ProviderRecordOptions {
  readonly clock: Clock;
  readonly alarm: Alarm;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly report: (problem: string) => void;
  /** Records of all; 100,000 unless given. */
  readonly recordsMax?: number;
}

/** Opens those that lie at the path; see `openProviderDatabase`. */
export async function openProviderRecords(
  path: string,
  options: ProviderRecordOptions,
): Promise<ProviderRecords> {
  const use = (connection: DatabaseSync) => createProviderRecords(connection, options);
  return await openProviderDatabase(path, use, options.report);
}

/**
 * When all places are taken, the oldest record of the sender who has most makes room, unless that is the
 * newcomer's own, or has no more than it: a flood hits its own limit, and pushes out nobody who says
 * less. What is left to somebody with tens of thousands of addresses is to push out those who say more.
 */
function createProviderRecords(
  connection: DatabaseSync,
  { clock, alarm, random, report, recordsMax = RECORDS_MAX }: ProviderRecordOptions,
): ProviderRecords {
  const told = connection.prepare(
    "SELECT provider FROM records WHERE content = ? AND at BETWEEN ? AND ? ORDER BY place",
  );
  const all = connection.prepare(
    "SELECT place, provider, sender FROM records WHERE content = ? ORDER BY place",
  );
  const forget = connection.prepare(
    "DELETE FROM records WHERE content = ? AND at NOT BETWEEN ? AND ?",
  );
  const sweepOld = connection.prepare(
    `DELETE FROM records WHERE place IN (
       SELECT place FROM records WHERE at < ? ORDER BY at LIMIT ${SWEPT_MAX})`,
  );
  const sweepAhead = connection.prepare(
    `DELETE FROM records WHERE place IN (
       SELECT place FROM records WHERE at > ? ORDER BY at DESC LIMIT ${SWEPT_MAX})`,
  );
  const insert = connection.prepare(
    "INSERT INTO records (content, provider, sender, at) VALUES (?, ?, ?, ?)",
  );
  const renew = connection.prepare("UPDATE records SET at = ? WHERE place = ?");
  const remove = connection.prepare("DELETE FROM records WHERE place = ?");
  const removeOldest = connection.prepare(
    "DELETE FROM records WHERE place = (SELECT place FROM records WHERE sender = ? ORDER BY at LIMIT 1)",
  );
  const total = connection.prepare("SELECT records FROM totals");
  const held = connection.prepare("SELECT held FROM senders WHERE sender = ?");
  // Among equals the one who is known longest: whoever is new can come in.
  const largest = connection.prepare(
    "SELECT sender, held FROM senders ORDER BY held DESC, rowid LIMIT 1",
  );
  const addresses = createProviderAddresses(connection);
  let isTold = false;
  const batches = createWriteBatches(connection, { alarm, report: failed });

  function failed(error: unknown): void {
    if (isTold) return;
    isTold = true;
    const words = error instanceof Error ? error.message : String(error);
    report(`What other nodes provide cannot be remembered: ${words}`);
  }

  /** They are hints, and others have them too: without the disk there are none. */
  function attempt<T>(work: () => T, fallback: T): T {
    try {
      return work();
    } catch (error) {
      failed(error);
      return fallback;
    }
  }

  /** When the records that count were made. As far ahead as they may lie back: the clock may be set. */
  function current(): readonly [from: number, to: number] {
    const now = Math.trunc(clock());
    return [now - PROVIDED_MILLISECONDS + 1, now + PROVIDED_MILLISECONDS];
  }

  function heldBy(sender: string): number {
    return Number(held.get(sender)?.["held"] ?? 0);
  }

  function makeRoom(sender: string): boolean {
    if (Number(total.get()?.["records"]) < recordsMax) return true;
    const row = largest.get();
    if (row === undefined || Number(row["held"]) <= heldBy(sender)) return false;
    return removeOldest.run(String(row["sender"])).changes > 0;
  }

  function add(content: string, provider: string, sender: string): boolean {
    const [from, to] = current();
    const now = Math.trunc(clock());
    sweepOld.run(from);
    sweepAhead.run(to);
    forget.run(content, from, to);
    const list = all.all(content);
    const same = list.find((record) => record["provider"] === provider);
    if (same !== undefined) {
      renew.run(now, Number(same["place"]));
      return true;
    }
    const ofSender = list.filter((record) => record["sender"] === sender).length;
    if (ofSender >= PER_SENDER_AND_CID || heldBy(sender) >= PER_SENDER) return false;
    if (list.length < PROVIDERS_MAX) {
      if (!makeRoom(sender)) return false;
    } else {
      const leaving = SETTLED_MAX + Math.floor(random() * (PROVIDERS_MAX - SETTLED_MAX));
      remove.run(Number(list[leaving]?.["place"]));
    }
    insert.run(content, provider, sender, now);
    return true;
  }

  return {
    add: (content, provider, sender) =>
      [content, provider, sender].every(({ length }) => length <= NAME_MAX) &&
      attempt(() => batches.change(() => add(content, provider, sender)), false),
    locate: (provider, found) =>
      attempt(() => batches.change(() => addresses.set(provider, found)), undefined),
    of: (content) =>
      attempt(() => told.all(content, ...current()).map((row) => String(row["provider"])), []),
    addressesOf: (provider) => attempt(() => addresses.of(provider), []),
    count: () => attempt(() => Number(total.get()?.["records"]), 0),
    close() {
      batches.commit();
      connection.close();
      // Messages that are still being handled come too late, which is nobody's problem.
      isTold = true;
    },
  };
}
