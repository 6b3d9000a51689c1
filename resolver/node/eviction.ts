import type { DatabaseSync } from "node:sqlite";
import { POINTER_MAX_BYTES } from "../../schemas/pointer.ts";
import type { Clock } from "../contracts.ts";
import { ASKED_MILLISECONDS } from "./asked_log.ts";
import { STANDING } from "./pointer_schema.ts";
import type { Quota } from "./settings.ts";
import { createTimesAhead } from "./times_ahead.ts";

/**
 * Rows that one new pointer may push out. The largest pointer (8 KiB) takes the place of some 20 of the
 * smallest; more than that happens after the quota was lowered, and is then spread over many puts.
 */
const MAX_EVICTED = 64;

/** A row that was just written, and counts already. */
export interface Newcomer {
  readonly identity: string;
  readonly sender: string;
  readonly standing: number;
}

/** Keeps the store within its quota. */
export interface Eviction {
  /**
   * Before the transaction: of who was asked for is written what is known by now. It must not be in the
   * transaction, which may be taken back.
   */
  prepare(): void;
  /** False: nobody may be pushed out for this one. Called within the transaction that wrote it. */
  makeRoomFor(newcomer: Newcomer): boolean;
}

/**
 * Who makes room when the store is full. Making a wallet costs nothing, so what counts is who sent a
 * pointer, and whether anybody else wants it:
 *
 * 1. strangers' pointers that nobody but their sender asked for within 30 days; of them those of the
 *    sender who has most, its oldest first;
 * 2. likewise those from peers that the operator chose;
 * 3. those that were asked for, the longest ago first.
 *
 * A newcomer pushes out none that stands better than itself: a stranger's only 1, a peer's 1 and 2, the
 * operator's all three. Pointers that the operator keeps are never pushed out. When the newcomer's own
 * sender has most, there is no room: a flood hits its own limit, and what was acknowledged before stays.
 *
 * A greater pointer always replaces the one that is held: when nobody makes room for what it is larger,
 * the store goes over its bytes, to at most 8 KiB a pointer.
 *
 * What is left to somebody with as many addresses as the quota has places is to push out pointers that
 * nobody has asked for, oldest first; and to somebody with a hundred, to fill the places below 3 by
 * asking for his own (one asker protects 1 % of the quota in 30 days), so that strangers and peers find
 * no room for 30 days. What people asked for stays either way.
 *
 * The number of each sender's rows is kept by triggers, so that a choice is two look-ups in an index:
 * a put into a full store of 100,000 took 0.12 ms, of a million 0.3 ms; with the disk's flush 0.4 and
 * 3.6 ms.
 */
export function createEviction(
  connection: DatabaseSync,
  { quota, clock, flush }: { quota: Quota; clock: Clock; flush: () => void },
): Eviction {
  const totals = connection.prepare("SELECT pointers, bytes FROM store");
  const forget = connection.prepare(
    `UPDATE pointers SET standing = sender_standing WHERE sequence IN (
       SELECT sequence FROM pointers WHERE standing = ${STANDING.asked} AND asked_at < ?
       ORDER BY asked_at LIMIT ${MAX_EVICTED})`,
  );
  const held = connection.prepare("SELECT held FROM senders WHERE standing = ? AND sender = ?");
  // Among equals the one who is known longest: whoever is new can come in.
  const largest = connection.prepare(
    "SELECT sender, held FROM senders WHERE standing = ? ORDER BY held DESC, rowid LIMIT 2",
  );
  const removeOldest = connection.prepare(
    `DELETE FROM pointers WHERE sequence = (
       SELECT sequence FROM pointers WHERE standing = ? AND sender = ? ORDER BY sequence LIMIT 1)`,
  );
  const removeLongestNotAsked = connection.prepare(
    `DELETE FROM pointers WHERE sequence = (
       SELECT sequence FROM pointers WHERE standing = ${STANDING.asked} AND identity <> ?
       ORDER BY asked_at LIMIT 1)`,
  );

  const mendTimesAhead = createTimesAhead(connection);

  /** Whether it holds too much, or would if so much were added. */
  function isOver(added = { pointers: 0, bytes: 0 }): boolean {
    const row = totals.get();
    return Number(row?.["pointers"]) + added.pointers > quota.pointers ||
      Number(row?.["bytes"]) + added.bytes > quota.bytes;
  }

  /** Of the sender who has most, unless that is the newcomer's own. */
  function evictSent(standing: number, newcomer: Newcomer): boolean {
    const own = newcomer.standing === standing ? held.get(standing, newcomer.sender) : undefined;
    const candidates = own === undefined
      ? largest.all(standing)
      : largest.all(standing).filter((row) =>
        row["sender"] !== newcomer.sender && Number(row["held"]) >= Number(own["held"])
      );
    const sender = candidates[0]?.["sender"];
    return sender !== undefined && removeOldest.run(standing, sender).changes > 0;
  }

  function evictOne(newcomer: Newcomer): boolean {
    return evictSent(STANDING.stranger, newcomer) ||
      newcomer.standing >= STANDING.peer && evictSent(STANDING.peer, newcomer) ||
      newcomer.standing >= STANDING.asked &&
        removeLongestNotAsked.run(newcomer.identity).changes > 0;
  }

  return {
    prepare() {
      if (!isOver({ pointers: 1, bytes: POINTER_MAX_BYTES })) return;
      flush();
      mendTimesAhead(clock());
      forget.run(clock() - ASKED_MILLISECONDS);
    },

    makeRoomFor(newcomer) {
      for (let evicted = 0; evicted < MAX_EVICTED && isOver(); evicted++) {
        if (!evictOne(newcomer)) return false;
      }
      return true;
    },
  };
}
