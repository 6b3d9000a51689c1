import type { CID } from "multiformats/cid";
import type { VerifiedPointer } from "../../../schemas/pointer.ts";
import { isWithdrawn } from "../../../schemas/pointer.ts";
import type { Call, Clock } from "../../../resolver/contracts.ts";
import type { Verifier } from "../../../resolver/verify.ts";
import type { Place } from "./places/place.ts";
import { describe, surveyPlaces } from "./survey.ts";

/** What was found at a place after the delivery. */
export interface Delivery {
  readonly place: Place;
  /** The very pointer was read back from there. */
  readonly holdsPointer: boolean;
  /** The content's root block was read back from there; true when there is none to hold. */
  readonly holdsContent: boolean;
  /** What is in the way; empty when nothing is. */
  readonly reason: string;
}

/** Gives the pointer to every place at the same time, then reads pointer and content back. */
export async function deliver(
  pointer: VerifiedPointer,
  root: CID,
  places: readonly Place[],
  tools: { verifier: Verifier; clock: Clock },
  call: Call,
): Promise<readonly Delivery[]> {
  return await Promise.all(places.map(async (place) => {
    let holdsPointer = false;
    try {
      await place.offer(pointer, call);
      const { reports: [report] } = await surveyPlaces([place], pointer.identity, tools, call);
      if (report?.failure) throw report.failure;
      holdsPointer = report?.pointer?.text === pointer.text;
      if (!holdsPointer) return { place, holdsPointer, holdsContent: false, reason: LOST };
      if (isWithdrawn(pointer)) return { place, holdsPointer, holdsContent: true, reason: "" };
      const reason = await place.visit(pointer.identity, call) ?? "";
      const holdsContent = await place.holds(root, call);
      return { place, holdsPointer, holdsContent, reason };
    } catch (error) {
      call.signal.throwIfAborted();
      const { message, remedy } = describe(error);
      return { place, holdsPointer, holdsContent: false, reason: `${message} ${remedy}`.trim() };
    }
  }));
}

const LOST = "It took the pointer, but gives another one back.";
