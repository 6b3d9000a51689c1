import type { Clock } from "../contracts.ts";

/** Whether this machine's clock looks wrong. Nobody else is blamed for it. */
export interface ClockCheck {
  /** A configured peer's answer carried this `Date`; `sentAt` and `receivedAt` by this clock. */
  sample(peer: string, sample: ClockSample): void;
  /** Somebody sent a record that is not valid yet for another so many milliseconds. */
  notValidYet(sender: string, aheadMilliseconds: number): void;
  state(): ClockState | null;
}

/** The head of an answer, seen from here. */
export interface ClockSample {
  /** The `Date` header (RFC 9110, section 6.6.1), or null without one. */
  readonly date: string | null;
  readonly sentAt: number;
  readonly receivedAt: number;
}

/** The clock looks wrong. */
export interface ClockState {
  /** What must be added to this clock, by what others say. Positive: it is behind. */
  readonly offsetMilliseconds: number;
  /** How many say so. */
  readonly peers: number;
}

/** A fifth of what a pointer's time may be ahead. */
const THRESHOLD_MILLISECONDS = 60_000;
/** A long poll's answer begins when there is something to say: not when it was asked for. */
const LONGEST_TRANSIT_MILLISECONDS = 5_000;
/** `Date` has whole seconds: on average it is half a second behind. */
const DATE_HALF_STEP_MILLISECONDS = 500;
const SAMPLES_PER_PEER = 9;
const MIN_SAMPLES = 3;
const MAX_PEERS = 64;
/** Senders who say the same without a `Date`: anybody can be one, so several are needed. */
const MIN_SENDERS = 3;
/** What a sender said is evidence for so long. */
const SENDER_MILLISECONDS = 10 * 60_000;

/** `onChange` is told when the clock begins to look wrong, or wrong by another minute. */
export function createClockCheck({ clock, onChange }: {
  clock: Clock;
  onChange: (state: ClockState) => void;
}): ClockCheck {
  const samples = new Map<string, readonly number[]>();
  const senders = new Map<string, { readonly ahead: number; readonly at: number }>();
  let told: ClockState | null = null;

  function byDates(): ClockState | null {
    const offsets = [...samples.values()].filter(({ length }) => length >= MIN_SAMPLES).map(median);
    return offsets.length === 0
      ? null
      : { offsetMilliseconds: median(offsets), peers: offsets.length };
  }

  function bySenders(): ClockState | null {
    const now = clock();
    const recent = [...senders.values()].filter(({ at }) => now - at < SENDER_MILLISECONDS);
    if (recent.length < MIN_SENDERS) return null;
    return { offsetMilliseconds: median(recent.map(({ ahead }) => ahead)), peers: recent.length };
  }

  function state(): ClockState | null {
    // The peers that the operator chose decide; strangers are heard only when those say nothing.
    const evidence = byDates();
    if (evidence === null) return bySenders();
    return Math.abs(evidence.offsetMilliseconds) < THRESHOLD_MILLISECONDS ? null : evidence;
  }

  function tell(): void {
    const now = state();
    const change = Math.abs((now?.offsetMilliseconds ?? 0) - (told?.offsetMilliseconds ?? 0));
    if (change < THRESHOLD_MILLISECONDS && (now === null || told !== null)) return;
    told = now;
    if (now !== null) onChange(now);
  }

  return {
    sample(peer, { date, sentAt, receivedAt }) {
      const theirs = Date.parse(date ?? "");
      if (Number.isNaN(theirs) || (samples.size >= MAX_PEERS && !samples.has(peer))) return;
      const since = Math.max(sentAt, receivedAt - LONGEST_TRANSIT_MILLISECONDS);
      const offset = theirs + DATE_HALF_STEP_MILLISECONDS - (since + receivedAt) / 2;
      samples.set(peer, [offset, ...samples.get(peer) ?? []].slice(0, SAMPLES_PER_PEER));
      tell();
    },
    notValidYet(sender, ahead) {
      senders.delete(sender);
      senders.set(sender, { ahead, at: clock() });
      const [oldest] = senders.keys();
      if (senders.size > MAX_PEERS && oldest !== undefined) senders.delete(oldest);
      tell();
    },
    state,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}
