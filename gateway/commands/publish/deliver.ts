import type { Call, Clock } from "../../../resolver/contracts.ts";
import type { Verifier } from "../../../resolver/verify.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import type { VerifiedPointer } from "../../../schemas/pointer.ts";
import type { PreparedContent } from "./content.ts";
import { describeFailure } from "./places/describe_failure.ts";
import type { Place } from "./places/place.ts";
import { surveyPlaces } from "./survey.ts";

/** What was found at a place after the delivery. */
export interface Delivery {
  readonly place: Place;
  /** The very pointer was read back from there. */
  readonly holdsPointer: boolean;
  /** The content's root block was read back from there. */
  readonly holdsContent: boolean;
  /** The feed has a page there. */
  readonly hasPage: boolean;
  /** What is in the way; empty when nothing is. */
  readonly reason: string;
}

/**
 * Gives the pointer to every place at the same time, has it fetch the feed, and reads both back.
 * `content` is null for a feed that is withdrawn.
 */
export async function deliver(
  pointer: VerifiedPointer,
  content: PreparedContent | null,
  places: readonly Place[],
  tools: { verifier: Verifier; clock: Clock },
  call: Call,
): Promise<readonly Delivery[]> {
  return await Promise.all(places.map(async (place) => {
    let holdsPointer = false;
    let holdsContent = false;
    let hasPage = false;
    let reason = "";
    try {
      await deliverPointer(pointer, place, tools, call);
      holdsPointer = true;
      if (content !== null) {
        await place.load(content.feedPath, call);
        holdsContent = await place.holds(content.dag.root, call);
        hasPage = holdsContent && await place.shows(pointer.identity, call);
      }
    } catch (error) {
      call.signal.throwIfAborted();
      const { message, remedy } = describeFailure(error);
      reason = `${message} ${remedy}`.trim();
    }
    return { place, holdsPointer, holdsContent, hasPage, reason };
  }));
}

async function deliverPointer(
  pointer: VerifiedPointer,
  place: Place,
  tools: { verifier: Verifier; clock: Clock },
  call: Call,
): Promise<void> {
  await place.offer(pointer, call);
  const { held, reports: [report] } = await surveyPlaces([place], pointer.identity, tools, call);
  if (report?.failure) throw report.failure;
  if (held?.text !== pointer.text) {
    throw new OurSpaceError("It took the pointer, but gives another one back.");
  }
}
