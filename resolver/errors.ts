import { OurSpaceError } from "../schemas/errors.ts";
import type { VerifiedPointer } from "../schemas/pointer.ts";

/** The identity or name has no pointer or record: everybody who was asked said so. */
export class NotFoundError extends OurSpaceError {
  override name = "NotFoundError";
  /** True when some could not be asked: the answer may change soon and must not be cached. */
  readonly incomplete: boolean;

  constructor(
    message: string,
    options: { incomplete: boolean; remedy?: string; cause?: unknown },
  ) {
    super(message, options);
    this.incomplete = options.incomplete;
  }
}

/** Nobody could be asked: nothing is known about the pointer. */
export class UnavailableError extends OurSpaceError {
  override name = "UnavailableError";
}

/** A name could not be looked up, or its answer is bogus or ambiguous. */
export class NameLookupError extends OurSpaceError {
  override name = "NameLookupError";
  readonly reason: "failed" | "bogus" | "ambiguous" | "malformed";

  constructor(
    message: string,
    options: { reason: NameLookupError["reason"]; remedy?: string; cause?: unknown },
  ) {
    super(message, options);
    this.reason = options.reason;
  }
}

/** What is kept here has no room for more, and nothing of it may make room. */
export class NoRoomError extends OurSpaceError {
  override name = "NoRoomError";
}

/** A kind of name that this gateway has no system for (e.g. `alice.eth` without an RPC endpoint). */
export class UnsupportedNameError extends OurSpaceError {
  override name = "UnsupportedNameError";
}

/** Why a record did not become a VerifiedPointer. */
export type RefusalReason =
  | "too-large"
  | "malformed"
  | "other-identity"
  | "bad-signature"
  | "not-valid-yet"
  | "not-verifiable-here";

/** A record that did not pass verification. */
export class PointerRefusedError extends OurSpaceError {
  override name = "PointerRefusedError";
  readonly reason: RefusalReason;

  constructor(
    message: string,
    options: { reason: RefusalReason; remedy?: string; cause?: unknown },
  ) {
    super(message, options);
    this.reason = options.reason;
  }
}

/** The publisher withdrew the feed; the pointer is the proof. */
export class WithdrawnError extends OurSpaceError {
  override name = "WithdrawnError";
  readonly pointer: VerifiedPointer;

  constructor(message: string, options: { pointer: VerifiedPointer }) {
    super(message);
    this.pointer = options.pointer;
  }
}

/**
 * The operator's rules say that this is not served here; or those of a peer that the operator chose do, and
 * nobody else has it.
 */
export class RefusedByOperatorError extends OurSpaceError {
  override name = "RefusedByOperatorError";
}

/** No feed that was read here refers to the content, and nobody near holds it; others are not asked. */
export class NotReferredToError extends OurSpaceError {
  override name = "NotReferredToError";
}

/** What one road to the content answered. `reason` is for people and names no internals. */
export interface RoadReport {
  readonly road: string;
  readonly outcome: "delivered" | "none" | "failed" | "forged" | "refused" | "skipped";
  readonly reason: string;
  readonly milliseconds: number;
}

/** A location that this gateway has no way to use. The message says why, for people. */
export class NoRoadError extends OurSpaceError {
  override name = "NoRoadError";
}

/** The content could not be fetched, at all or in time. Another try may succeed. */
export class ContentUnreachableError extends OurSpaceError {
  override name = "ContentUnreachableError";
  readonly roads: readonly RoadReport[];

  constructor(
    message: string,
    options: { roads: readonly RoadReport[]; remedy?: string; cause?: unknown },
  ) {
    super(message, options);
    this.roads = options.roads;
  }
}

/** The content was fetched and is not what it should be: corrupt, over a limit, or no feed. */
export class ContentWrongError extends OurSpaceError {
  override name = "ContentWrongError";
  readonly roads: readonly RoadReport[];

  constructor(
    message: string,
    options: { roads?: readonly RoadReport[]; remedy?: string; cause?: unknown } = {},
  ) {
    super(message, options);
    this.roads = options.roads ?? [];
  }
}

/** This machine does not hold a block, and nobody else was to be asked. */
export class BlockNotHeldError extends OurSpaceError {
  override name = "BlockNotHeldError";
}

/** A path that the verified content does not have. */
export class PathNotFoundError extends OurSpaceError {
  override name = "PathNotFoundError";
}

/** Something that leaves the machine was refused or failed; `reason` says which. */
export class OutboundError extends OurSpaceError {
  override name = "OutboundError";
  readonly reason: OutboundReason;

  constructor(
    message: string,
    options: { reason: OutboundReason; remedy?: string; cause?: unknown },
  ) {
    super(message, options);
    this.reason = options.reason;
  }
}

/** Why nothing came back from outside, or not all of it. */
export type OutboundReason =
  /** The address, port, scheme or redirect is not allowed. */
  | "refused"
  /** The host's name could not be resolved. */
  | "dns"
  /** No connection, or it broke, or TLS did not check out, or the answer came in crumbs. */
  | "connection"
  /** The deadline or the idle limit passed. */
  | "timeout"
  /** The body is larger than the caller accepts. */
  | "too-large"
  /** This process sent too many requests to the host. */
  | "rate-limited";
