import { MalformedPointerError } from "../../schemas/errors.ts";
import { type Identity, identityKey } from "../../schemas/identity.ts";
import { CLOCK_TOLERANCE_MILLISECONDS, parsePointer } from "../../schemas/pointer.ts";
import type { Call, Clock } from "../contracts.ts";
import type { Alarm } from "../deadline.ts";

/**
 * Records whose time has not come are refused and not stored. Here it is remembered that they were
 * met, so that they are asked for again when they are valid by this clock.
 */
export interface WaitingRoom {
  /** `sender` is what its notes are counted by. Too many, or too far ahead: nothing is remembered. */
  note(identity: Identity, timestamp: string, sender: string): void;
  /** The same for a record's bytes; those that are no record are ignored. */
  noteRecord(bytes: Uint8Array, sender: string): void;
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
const FURTHEST_MILLISECONDS = 60 * 60_000;
/** Everybody who waits for one record asks within so long, but not at the same moment. */
const SPREAD_MILLISECONDS = 10_000;
/** A clock that is set right in the meantime is noticed as soon as this. */
const LONGEST_SLEEP_MILLISECONDS = 15_000;
/** Nothing is verified of a note but its form: a flood of them must not become a flood of look-ups. */
const MAX_LOOK_UPS = 4;

interface Note {
  readonly identity: Identity;
  readonly sender: string;
  /** Milliseconds since 1970. */
  readonly dueAt: number;
}

/** `onNote` is told who sent a record that is not valid yet, remembered or not. */
export function createWaitingRoom({ clock, random, onNote }: {
  clock: Clock;
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
      if (notes.has(key) || notes.size >= MAX_NOTES || own >= MAX_NOTES_PER_SENDER) return;
      perSender.set(sender, own + 1);
      notes.set(key, { identity, sender, dueAt: validAt + random() * SPREAD_MILLISECONDS });
      wake();
    },
    noteRecord(bytes, sender) {
      try {
        const { identity, timestamp } = parsePointer(bytes);
        room.note(identity, timestamp, sender);
      } catch (error) {
        if (!(error instanceof MalformedPointerError)) throw error;
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
