import { PointerRefusedError } from "../../../resolver/errors.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import { CLOCK_TOLERANCE_MILLISECONDS } from "../../../schemas/pointer.ts";
import type { PlaceReport, Survey } from "./survey.ts";

/** A `Date` header counts seconds and has travelled: a smaller difference means nothing. */
const NOTICEABLE_MILLISECONDS = 30_000;

/** The date of a new pointer, and what is odd about the clocks. */
export interface Dating {
  readonly timestamp: string;
  /** Sentences for the publisher. */
  readonly notes: readonly string[];
}

/**
 * Dates a pointer after everything that is held: max(now, held + 1 ms). Throws OurSpaceError when the
 * clocks are so far apart that every place would refuse the result.
 */
export function datePointer(now: number, { held, reports }: Survey): Dating {
  // Only the own node's word counts here: time is judged before the signature.
  const fromFuture = reports.find(({ place, failure }) =>
    place.own && failure instanceof PointerRefusedError && failure.reason === "not-valid-yet"
  );
  if (fromFuture !== undefined) throw heldInFuture(fromFuture);

  const heldAt = held === null ? -Infinity : Date.parse(held.timestamp);
  const at = Math.max(now, heldAt + 1);
  const notes: string[] = [];
  if (heldAt > now) {
    notes.push(
      `The pointer that is held now is dated ${duration(heldAt - now)} ahead of this machine's ` +
        "clock; the new one is dated right after it.",
    );
  }
  const told = reports.filter(({ clockDifference }) => clockDifference !== null);
  for (const report of told) notes.push(...clockNote(report));
  const refusing = told.filter(({ clockDifference }) =>
    -(clockDifference ?? 0) > CLOCK_TOLERANCE_MILLISECONDS
  );
  if (told.length > 0 && refusing.length === told.length) throw tooFarAhead(now, told);
  return { timestamp: new Date(at).toISOString(), notes };
}

function clockNote({ place, clockDifference }: PlaceReport): string[] {
  const difference = clockDifference ?? 0;
  if (Math.abs(difference) < NOTICEABLE_MILLISECONDS) return [];
  const direction = difference > 0 ? "behind" : "ahead of";
  return [
    `This machine's clock is ${duration(difference)} ${direction} the one of ${place.name}: ` +
    "one of the two is wrong.",
  ];
}

function heldInFuture({ place, failure }: PlaceReport): OurSpaceError {
  return new OurSpaceError(
    `${capital(place.name)} holds a pointer of this account from the future. ${failure?.message}`,
    {
      remedy: "This machine's clock is most likely behind: set it right and publish again. If it " +
        "is right, wait until that time has come: no earlier pointer can replace that one.",
      cause: failure,
    },
  );
}

function tooFarAhead(now: number, told: readonly PlaceReport[]): OurSpaceError {
  const differences = told.map(({ clockDifference }) => Math.abs(clockDifference ?? 0));
  return new OurSpaceError(
    `This machine's clock is ${duration(Math.min(...differences))} ahead of everybody else's: it ` +
      `says ${new Date(now).toISOString()}.`,
    {
      remedy: "Set the clock right: a pointer from the future is kept by nobody. If it is right, " +
        "take the peer whose clock is wrong out of PEERS.",
    },
  );
}

function duration(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(Math.abs(milliseconds) / 1_000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 120) return `${minutes} minutes`;
  const hours = Math.round(minutes / 60);
  return hours < 48 ? `${hours} hours` : `${Math.round(hours / 24)} days`;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
