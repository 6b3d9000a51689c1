import type { Call, Clock } from "../../../resolver/contracts.ts";
import { newest } from "../../../resolver/select.ts";
import type { Verifier } from "../../../resolver/verify.ts";
import type { OurSpaceError } from "../../../schemas/errors.ts";
import type { Identity } from "../../../schemas/identity.ts";
import type { VerifiedPointer } from "../../../schemas/pointer.ts";
import { describeFailure } from "./places/describe_failure.ts";
import type { Place } from "./places/place.ts";
import type { Terminal } from "./terminal.ts";

/** What one place said, judged. */
export interface PlaceReport {
  readonly place: Place;
  /** The verified pointer that it holds. */
  readonly pointer: VerifiedPointer | null;
  /** Its clock minus this machine's, milliseconds, to the second; null when it did not say. */
  readonly clockDifference: number | null;
  /** Why nothing can be concluded from it; null when it answered well. */
  readonly failure: OurSpaceError | null;
}

/** What all places know of an identity. */
export interface Survey {
  /** The greatest pointer that is held anywhere. */
  readonly held: VerifiedPointer | null;
  readonly reports: readonly PlaceReport[];
}

/** Asks all places at the same time; each within its own deadline. */
export async function surveyPlaces(
  places: readonly Place[],
  identity: Identity,
  tools: { verifier: Verifier; clock: Clock },
  call: Call,
): Promise<Survey> {
  const reports = await Promise.all(
    places.map((place) => askPlace(place, identity, tools, call)),
  );
  const held = newest(reports.flatMap(({ pointer }) => pointer === null ? [] : [pointer]));
  return { held, reports };
}

/** Tells of places that were asked in vain. */
export function noteFailures({ reports }: Survey, terminal: Terminal): void {
  for (const { place, failure } of reports) {
    if (failure !== null) {
      terminal.note(`Warning: nothing was learnt from ${place.name}. ${failure.message}`);
    }
  }
}

async function askPlace(
  place: Place,
  identity: Identity,
  { verifier, clock }: { verifier: Verifier; clock: Clock },
  call: Call,
): Promise<PlaceReport> {
  let clockDifference: number | null = null;
  try {
    const { pointer, time } = await place.ask(identity, call);
    clockDifference = time === null ? null : time - clock();
    const verified = pointer === null ? null : await verifier.verify(pointer, identity);
    return { place, pointer: verified, clockDifference, failure: null };
  } catch (error) {
    call.signal.throwIfAborted();
    return { place, pointer: null, clockDifference, failure: describeFailure(error) };
  }
}
