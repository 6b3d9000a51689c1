import type { CID } from "multiformats/cid";
import { OurSpaceError } from "../../schemas/errors.ts";
import type { Call } from "../contracts.ts";
import {
  ContentWrongError,
  NoRoadError,
  OutboundError,
  RefusedByOperatorError,
} from "../errors.ts";
import { OUTBOUND_REASON_TEXTS } from "../outbound/reason_texts.ts";
import type { VerifiedContent } from "./content.ts";
import { verifyContent } from "./verified.ts";

/** One way to ask for the bytes of a CID: a block source, or a pointer's location. */
export interface Road {
  /** For people: it is shown to visitors. */
  readonly name: string;
  /**
   * What its conduct is remembered by. A location's is each wallet's own: anybody's pointer can name it, for
   * what it never had.
   */
  readonly knownAs: string;
  /** True for this machine's own. */
  readonly local: boolean;
  readonly maxBytes: number;
  /** `null`: not there. Throws NoRoadError when it cannot be asked here, anything else: failed. */
  fetch(call: RoadCall): Promise<Fetched | null>;
}

/** A question to a road. */
export interface RoadCall extends Call {
  /** Called when it is seen to be at work for this or for others: it is given more patience. */
  readonly onSign: () => void;
}

/** What a road gave, not checked yet. */
export interface Fetched {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The media type that the other side claims; empty when it claims none. */
  readonly mediaType: string;
}

/** What a road gave, after the check. `reason` is for people and names no internals. */
export type Answer =
  | { readonly outcome: "delivered"; readonly content: VerifiedContent; readonly mediaType: string }
  | {
    readonly outcome: "none" | "failed" | "forged" | "oversized" | "refused" | "skipped";
    readonly reason: string;
  };

/** Asks one road, and hashes what comes. Never rejects. */
export async function ask(road: Road, cid: CID, call: RoadCall): Promise<Answer> {
  try {
    const fetched = await road.fetch(call);
    if (fetched === null) return { outcome: "none", reason: "It is not there." };
    if (fetched.bytes.length > road.maxBytes) return oversized(road);
    const content = verifyContent(cid, fetched.bytes);
    if (content === null) {
      return { outcome: "forged", reason: "What came is not what the CID names." };
    }
    return { outcome: "delivered", content, mediaType: fetched.mediaType };
  } catch (error) {
    if (error instanceof OutboundError && error.reason === "too-large") return oversized(road);
    if (error instanceof ContentWrongError) return { outcome: "forged", reason: error.message };
    if (error instanceof RefusedByOperatorError) {
      return { outcome: "refused", reason: error.message };
    }
    if (error instanceof NoRoadError) return { outcome: "skipped", reason: error.message };
    return { outcome: "failed", reason: reasonOf(error) };
  }
}

function oversized(road: Road): Answer {
  return { outcome: "oversized", reason: `It is larger than ${road.maxBytes} bytes.` };
}

function reasonOf(error: unknown): string {
  if (error instanceof OutboundError) return OUTBOUND_REASON_TEXTS[error.reason];
  return error instanceof OurSpaceError ? error.message : "It failed.";
}
