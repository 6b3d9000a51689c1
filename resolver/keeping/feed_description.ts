import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { FilePlace } from "../content/load_all.ts";
import type { Call } from "../contracts.ts";
import { type Alarm, deadline } from "../deadline.ts";
import { ContentWrongError, RefusedByOperatorError } from "../errors.ts";

/** What a feed says of itself, and shows. */
export interface FeedDescription {
  readonly title: string;
  /** Pictures, recordings and other enclosures on IPFS, those of the latest posts first. */
  readonly media: readonly FilePlace[];
}

/** Reads the feed behind a pointer. Throws what reading content throws. */
export type DescribeFeed = (pointer: VerifiedPointer, call: Call) => Promise<FeedDescription>;

/** The feed is here already; a large one takes a second to parse. */
const DESCRIBE_MILLISECONDS = 10_000;

/**
 * The same of a feed that is kept: one that cannot be read, or that a rule refuses, says and shows nothing.
 * Null when another try may succeed. Throws the signal's reason.
 */
export async function describeKept(
  pointer: VerifiedPointer,
  { describe, alarm, signal }: Call & { readonly describe: DescribeFeed; readonly alarm: Alarm },
): Promise<FeedDescription | null> {
  using limit = deadline(DESCRIBE_MILLISECONDS, { parent: signal, alarm });
  try {
    return await describe(pointer, limit);
  } catch (error) {
    signal.throwIfAborted();
    const isFinal = error instanceof ContentWrongError || error instanceof RefusedByOperatorError;
    return isFinal ? { title: "", media: [] } : null;
  }
}
