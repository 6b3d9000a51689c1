/** A record is put again about this often; the engine's own limit is 48 hours. */
const INTERVAL_MILLISECONDS = 12 * 60 * 60 * 1_000;

/** The part of the interval that chance decides, so that the holders of one record take turns. */
const JITTER = 0.25;

/** When a pointer that the network holds at `now` is due again, milliseconds since 1970. */
export function nextTurn(now: number, random: () => number): number {
  return Math.round(now + INTERVAL_MILLISECONDS * (1 - JITTER + 2 * JITTER * random()));
}
