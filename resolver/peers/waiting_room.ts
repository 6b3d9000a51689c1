import { type Identity, identityKey } from "../../schemas/identity.ts";
import { CLOCK_TOLERANCE_MILLISECONDS } from "../../schemas/pointer.ts";
import type { Call, Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";
import type { Verifier } from "../verify.ts";

/**
 * Records whose time has not come are refused and not stored. Here it is remembered that they were
 * met, so that they are asked for again when they are valid by this clock.
 */
export interface WaitingRoom {
  /**
   * Of a record whose signature is right; `sender` is what its notes are counted by. Too many, or too
   * far ahead: nothing is remembered.
   */
  note(identity: Identity, timestamp: string, sender: string): void;
  /** The same for a record's bytes, whose signature is checked first: anybody can make up the rest. */
  noteRecord(bytes: Uint8Array, sender: string): Promise<void>;
  /** From now on what has become valid is looked up. */
  open(options: WaitingRoomDoor): void;
  /** Records whose time is awaited. */
  size(): number;
}

/** How the room looks records up. */
export interface WaitingRoomDoor extends Call {
  readonly alarm: Alarm;
  /** Asks everybody for the identity's newest pointer; what is found is kept by this node. */
  readonly lookUp: (identity: Identity, call: Call) => Promise<unknown>;
}

const MAX_NOTES = 1_000;
const MAX_NOTES_PER_SENDER = 100;
/** No clock of a working machine is further off. */
export const FURTHEST_MILLISECONDS = 60 * 60_000;
/** Everybody who waits for one record asks within so long, but not at the same moment. */
const SPREAD_MILLISECONDS = 10_000;
/** A clock that is set right in the meantime is noticed as soon as this. */
const LONGEST_SLEEP_MILLISECONDS = 15_000;
/** Wallets cost nothing: a flood of notes must not become a flood of look-ups. */
const MAX_LOOK_UPS = 4;

interface Note {
  readonly identity: Identity;
  readonly sender: string;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
}

/**
 * `onNote` is told who sent a record that is not valid yet, remembered or not. `verifier` has a clock
 * that is ahead by the furthest that is waited for.
 */
export function createWaitingRoom({ clock, verifier, random, onNote }: {
  clock: Clock;
  verifier: Verifier;
  random: () => number;
  onNote: (sender: string, aheadMilliseconds: number) => void;
}): WaitingRoom {
  const notes = new Map<string, Note>();
  const perSender = new Map<string, number>();
  let door: WaitingRoomDoor | null = null;
  let cancelSleep: (() => void) | null = null;
  let lookUps = 0;

  function remove(key: string, { sender }: Note): void {
    notes.delete(key);
    const left = (perSender.get(sender) ?? 1) - 1;
    if (left === 0) perSender.delete(sender);
    else perSender.set(sender, left);
  }

  /** When all places are taken, a sender with many gives one up for a sender with fewer. */
  function makeRoom(own: number): boolean {
    if (notes.size < MAX_NOTES) return true;
    const [[greediest, most] = ["", 0]] = [...perSender].sort(([, one], [, other]) => other - one);
    if (most <= own + 1) return false;
    const last = [...notes].findLast(([, { sender }]) => sender === greediest);
    if (last !== undefined) remove(...last);
    return true;
  }

  async function lookUp({ identity }: Note, { lookUp, signal }: WaitingRoomDoor): Promise<void> {
    lookUps++;
    try {
      await lookUp(identity, { signal });
    } catch {
      // Nobody had it, or nobody could be asked: the next sync or walk meets it again.
    } finally {
      lookUps--;
      wake();
    }
  }

  /** Looks up what is due, and sleeps until the next. */
  function wake(): void {
    cancelSleep?.();
    cancelSleep = null;
    if (door === null || door.signal.aborted) return;
    let next = Infinity;
    for (const [key, note] of notes) {
      const rest = note.dueAt - clock();
      if (rest > 0) next = Math.min(next, rest);
      else if (lookUps < MAX_LOOK_UPS) {
        remove(key, note);
        void lookUp(note, door);
      }
    }
    if (next === Infinity) return;
    cancelSleep = door.alarm(Math.min(next, LONGEST_SLEEP_MILLISECONDS), wake);
  }

  const room: WaitingRoom = {
    note(identity, timestamp, sender) {
      const validAt = Date.parse(timestamp) - CLOCK_TOLERANCE_MILLISECONDS;
      const ahead = validAt - clock();
      if (!(ahead > 0 && ahead <= FURTHEST_MILLISECONDS)) return;
      onNote(sender, ahead);
      const key = `${identityKey(identity)} ${timestamp}`;
      const own = perSender.get(sender) ?? 0;
      if (notes.has(key) || own >= MAX_NOTES_PER_SENDER || !makeRoom(own)) return;
      perSender.set(sender, own + 1);
      notes.set(key, { identity, sender, dueAt: validAt + random() * SPREAD_MILLISECONDS });
      wake();
    },
    async noteRecord(bytes, sender) {
      try {
        const { identity, timestamp } = await verifier.verify(bytes);
        room.note(identity, timestamp, sender);
      } catch {
        // What nobody signed will never be valid.
      }
    },
    open(options) {
      door = options;
      options.signal.addEventListener("abort", wake);
      wake();
    },
    size: () => notes.size,
  };
  return room;
}
