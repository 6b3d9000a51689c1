import { isTimeout } from "../../resolver/deadline.ts";
import {
  BlockNotHeldError,
  ContentUnreachableError,
  ContentWrongError,
  NameLookupError,
  NoRoomError,
  NotFoundError,
  NotReferredToError,
  PathNotFoundError,
  PointerRefusedError,
  RefusedByOperatorError,
  type RoadReport,
  UnavailableError,
  UnsupportedNameError,
  WithdrawnError,
} from "../../resolver/errors.ts";
import { MalformedNameError, MalformedPointerError, OurSpaceError } from "../../schemas/errors.ts";
import { XsltError } from "../render/xslt.ts";
import { BadRequestError } from "./bad_request.ts";
import { BodyTimeoutError, BodyTooLargeError } from "./request_body.ts";
import { StartingError } from "./starting_error.ts";

/** What a failed request answers, to people and to programs, and how long that may be kept. */
export interface Outcome {
  readonly status: number;
  /** The problem type, see problem.ts. */
  readonly type: string;
  readonly title: string;
  readonly cacheControl: string;
  /** Seconds, for answers that another try may change. */
  readonly retryAfterSeconds?: number;
}

/** What the visitor is told beside the outcome. */
export interface Failure extends Outcome {
  readonly detail: string;
  readonly remedy: string;
  readonly roads: readonly RoadReport[];
}

const NO_STORE = "no-store";
/** "Unknown" is remembered for 10 s by the resolver; a cache in front need not ask more often. */
const BRIEFLY = "public, max-age=10";
/** What a name's or a record's form says never changes. */
const LONG = "public, max-age=3600";
const RETRY_SECONDS = 10;
const STARTING_SECONDS = 1;

/** The design's outcome table: one line each, cache life beside the status. */
const OUTCOMES = {
  badRequest: outcome(400, "bad-request", "Bad request", NO_STORE),
  malformedName: outcome(400, "malformed-name", "This is no name", LONG),
  malformedPointer: outcome(400, "malformed-pointer", "This is no pointer", NO_STORE),
  notFound: outcome(404, "not-found", "Nothing found", BRIEFLY),
  incomplete: outcome(404, "not-found-incomplete", "Nothing found so far", NO_STORE, RETRY_SECONDS),
  blockNotHeld: outcome(404, "block-not-held", "Not held here", NO_STORE),
  pathNotFound: outcome(404, "path-not-found", "Nothing at this address", BRIEFLY),
  notReferredTo: outcome(404, "not-referred-to", "No feed here refers to this", NO_STORE),
  bodyTimeout: outcome(408, "body-timeout", "Too slow", NO_STORE),
  withdrawn: outcome(410, "withdrawn", "This feed was withdrawn", BRIEFLY),
  bodyTooLarge: outcome(413, "too-large", "Too large", NO_STORE),
  refusedByOperator: outcome(451, "refused-by-operator", "Not served here", NO_STORE),
  internal: outcome(500, "internal", "Something broke here", NO_STORE),
  unsupported: outcome(
    501,
    "unsupported-name",
    "This kind of name is not available here",
    BRIEFLY,
  ),
  notVerifiable: outcome(
    501,
    "not-verifiable-here",
    "This account cannot be verified here",
    BRIEFLY,
  ),
  contentWrong: outcome(502, "content-wrong", "The content cannot be shown", NO_STORE),
  starting: outcome(503, "starting", "Starting", NO_STORE, STARTING_SECONDS),
  unavailable: outcome(503, "unavailable", "Nobody could be asked", NO_STORE, RETRY_SECONDS),
  unreachable: outcome(
    504,
    "content-unreachable",
    "The content could not be fetched",
    NO_STORE,
    RETRY_SECONDS,
  ),
  timeout: outcome(504, "timeout", "This took too long", NO_STORE, RETRY_SECONDS),
  noRoom: outcome(507, "no-room", "No room for more", NO_STORE),
};

function outcome(
  status: number,
  type: string,
  title: string,
  cacheControl: string,
  retryAfterSeconds?: number,
): Outcome {
  const kept = { status, type, title, cacheControl };
  return retryAfterSeconds === undefined ? kept : { ...kept, retryAfterSeconds };
}

function classify(error: unknown): Outcome {
  if (error instanceof BadRequestError) return OUTCOMES.badRequest;
  if (error instanceof BodyTimeoutError) return OUTCOMES.bodyTimeout;
  if (error instanceof BodyTooLargeError) return OUTCOMES.bodyTooLarge;
  if (error instanceof MalformedNameError) return OUTCOMES.malformedName;
  if (error instanceof MalformedPointerError) return OUTCOMES.malformedPointer;
  if (error instanceof NotFoundError) {
    return error.incomplete ? OUTCOMES.incomplete : OUTCOMES.notFound;
  }
  if (error instanceof BlockNotHeldError) return OUTCOMES.blockNotHeld;
  if (error instanceof NotReferredToError) return OUTCOMES.notReferredTo;
  if (error instanceof RefusedByOperatorError) return OUTCOMES.refusedByOperator;
  if (error instanceof PathNotFoundError) return OUTCOMES.pathNotFound;
  if (error instanceof NoRoomError) return OUTCOMES.noRoom;
  if (error instanceof StartingError) return OUTCOMES.starting;
  if (error instanceof UnavailableError) return OUTCOMES.unavailable;
  if (error instanceof UnsupportedNameError) return OUTCOMES.unsupported;
  if (error instanceof NameLookupError) {
    const type = `name-lookup-${error.reason}`;
    return outcome(502, type, "The name could not be looked up", NO_STORE, RETRY_SECONDS);
  }
  if (error instanceof PointerRefusedError) {
    return error.reason === "not-verifiable-here"
      ? OUTCOMES.notVerifiable
      : outcome(502, error.reason, "Only bad records", NO_STORE);
  }
  if (error instanceof WithdrawnError) return OUTCOMES.withdrawn;
  if (error instanceof ContentUnreachableError) return OUTCOMES.unreachable;
  if (error instanceof ContentWrongError) return OUTCOMES.contentWrong;
  if (isEngineError(error, ["busy", "closed"])) return OUTCOMES.unavailable;
  if (isEngineError(error, ["timeout", "too-large"])) return OUTCOMES.contentWrong;
  if (isTimeout(error)) return OUTCOMES.timeout;
  return OUTCOMES.internal;
}

/** A page that a feed makes too large or too slow is that feed's fault; a broken engine is ours. */
function isEngineError(error: unknown, reasons: readonly XsltError["reason"][]): boolean {
  return error instanceof XsltError && reasons.includes(error.reason);
}

const TOO_SLOW = {
  detail: "Those who were asked did not answer in time.",
  remedy: "Try again in a moment.",
};
const UNEXPECTED = {
  detail: "The gateway met an error that it did not expect.",
  remedy: "Try again; if it stays, tell the operator of this gateway.",
};

/**
 * What to answer for an error. An error that nobody raised on purpose says nothing of itself: its
 * text could carry internals.
 */
export function failureOf(error: unknown): Failure {
  const answer = classify(error);
  if (answer === OUTCOMES.timeout) return { ...answer, ...TOO_SLOW, roads: [] };
  if (answer === OUTCOMES.internal || !(error instanceof OurSpaceError)) {
    return { ...answer, ...UNEXPECTED, roads: [] };
  }
  const roads = error instanceof ContentUnreachableError || error instanceof ContentWrongError
    ? error.roads
    : [];
  return { ...answer, detail: error.message, remedy: error.remedy, roads };
}
