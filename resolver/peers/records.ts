import type { Settings } from "../../schemas/setting.ts";
import type { Clock } from "../contracts.ts";
import type { KeyValueStore } from "../node/node.ts";
import { allowPrivateSetting } from "../outbound/setting.ts";
import { createStandings, type Standings } from "../standing.ts";
import { openPeerBook, type PeerBook } from "./book.ts";
import { type ClockCheck, type ClockState, createClockCheck } from "./clock_check.ts";
import { createVerifier } from "../verify.ts";
import { createWaitingRoom, FURTHEST_MILLISECONDS, type WaitingRoom } from "./waiting_room.ts";

/** What is known about other nodes. Made first, without asking anybody: everything else writes here. */
export interface PeerRecords {
  readonly standings: Standings;
  readonly book: PeerBook;
  readonly waitingRoom: WaitingRoom;
  readonly clockCheck: ClockCheck;
}

/** Opens the records. `random` gives numbers from 0 to 1. */
export function openPeerRecords({ settings, keyValues, clock, random, report }: {
  settings: Settings;
  /** The node's; null remembers in memory alone. */
  keyValues: KeyValueStore | null;
  clock: Clock;
  random: () => number;
  /** Told when this machine's clock looks wrong. */
  report: (problem: string) => void;
}): PeerRecords {
  const standings = createStandings({ clock });
  const allowPrivate = settings.get(allowPrivateSetting);
  const clockCheck = createClockCheck({ clock, onChange: (state) => report(clockProblem(state)) });
  return {
    standings,
    clockCheck,
    book: openPeerBook({ keyValues, standings, allowPrivate, clock, random }),
    waitingRoom: createWaitingRoom({
      clock,
      verifier: createVerifier({ clock: () => clock() + FURTHEST_MILLISECONDS, memoSize: 1_000 }),
      random,
      onNote: clockCheck.notValidYet,
    }),
  };
}

function clockProblem({ offsetMilliseconds, peers }: ClockState): string {
  const seconds = Math.round(Math.abs(offsetMilliseconds) / 1_000);
  return `This machine's clock looks wrong: by what ${peers} others say it is ${seconds} s ` +
    `${
      offsetMilliseconds > 0 ? "behind" : "ahead"
    }. Set it right: a clock that is behind refuses ` +
    "new pointers until their time has come.";
}
