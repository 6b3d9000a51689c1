import { setImmediate } from "node:timers";
import type { Clock } from "../../resolver/contracts.ts";
import type { Alarm } from "../../resolver/deadline.ts";

/** A clock whose hands the test turns; nobody ever sleeps. */
export interface TestClock {
  readonly now: Clock;
  readonly alarm: Alarm;
  /** Lets so many milliseconds pass: alarms ring in their order, and what they set off is awaited. */
  advance(milliseconds: number): Promise<void>;
  /** Somebody sets the clock, back or forward; no time passes, and alarms ring as late as before. */
  set(now: number): void;
  /** Alarms that are set. */
  pending(): number;
}

interface SetAlarm {
  at: number;
  readonly run: () => void;
}

export function createTestClock(start = Date.parse("2026-06-01T12:00:00.000Z")): TestClock {
  const alarms = new Set<SetAlarm>();
  let now = start;

  function nextUntil(end: number): SetAlarm | undefined {
    return [...alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }

  return {
    now: () => now,
    alarm(milliseconds, run) {
      const alarm = { at: now + milliseconds, run };
      alarms.add(alarm);
      return () => alarms.delete(alarm);
    },
    async advance(milliseconds) {
      const end = now + milliseconds;
      await settled();
      for (let next = nextUntil(end); next !== undefined; next = nextUntil(end)) {
        now = next.at;
        alarms.delete(next);
        next.run();
        await settled();
      }
      now = end;
    },
    set(time) {
      for (const alarm of alarms) alarm.at += time - now;
      now = time;
    },
    pending: () => alarms.size,
  };
}

/** One turn of the event loop: every promise that can settle without outside help has settled. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Looks at a promise without waiting for it: its value, or undefined as long as it has none. */
export function peek<T>(promise: Promise<T>): () => T | undefined {
  let settled: T | undefined;
  promise.then((value) => settled = value, () => {});
  return () => settled;
}
