import { MalformedNameError, MalformedPointerError, OurSpaceError } from "../../schemas/errors.ts";
import {
  ContentUnreachableError,
  ContentWrongError,
  NameLookupError,
  NotFoundError,
  PathNotFoundError,
  PointerRefusedError,
  type RoadReport,
  UnavailableError,
  UnsupportedNameError,
  WithdrawnError,
} from "../../resolver/errors.ts";
import { XsltError } from "../render/xslt.ts";
import { BadRequestError } from "./bad_request.ts";

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

const INTERNAL: Outcome = {
  status: 500,
  type: "internal",
  title: "Something broke here",
  cacheControl: NO_STORE,
};

const TOO_SLOW = {
  detail: "Those who were asked did not answer in time.",
  remedy: "Try again in a moment.",
};

const TIMEOUT: Outcome = {
  status: 504,
  type: "timeout",
  title: "This took too long",
  cacheControl: NO_STORE,
  retryAfterSeconds: RETRY_SECONDS,
};

/** The statuses of the design's outcome table, one line each, cache life beside the status. */
function classify(error: unknown): Outcome {
  if (error instanceof BadRequestError) {
    return { status: 400, type: "bad-request", title: "Bad request", cacheControl: NO_STORE };
  }
  if (error instanceof MalformedNameError) {
    return { status: 400, type: "malformed-name", title: "This is no name", cacheControl: LONG };
  }
  if (error instanceof MalformedPointerError) {
    return {
      status: 400,
      type: "malformed-pointer",
      title: "This is no pointer",
      cacheControl: NO_STORE,
    };
  }
  if (error instanceof NotFoundError) {
    return error.incomplete
      ? {
        status: 404,
        type: "not-found-incomplete",
        title: "Nothing found so far",
        cacheControl: NO_STORE,
        retryAfterSeconds: RETRY_SECONDS,
      }
      : { status: 404, type: "not-found", title: "Nothing found", cacheControl: BRIEFLY };
  }
  if (error instanceof PathNotFoundError) {
    return { status: 404, type: "path-not-found", title: "No such file", cacheControl: BRIEFLY };
  }
  if (error instanceof UnavailableError || isEngineError(error, ["busy", "closed"])) {
    return {
      status: 503,
      type: "unavailable",
      title: "Nobody could be asked",
      cacheControl: NO_STORE,
      retryAfterSeconds: RETRY_SECONDS,
    };
  }
  if (error instanceof UnsupportedNameError) {
    return {
      status: 501,
      type: "unsupported-name",
      title: "This kind of name is not available here",
      cacheControl: BRIEFLY,
    };
  }
  if (error instanceof NameLookupError) {
    return {
      status: 502,
      type: `name-lookup-${error.reason}`,
      title: "The name could not be looked up",
      cacheControl: NO_STORE,
      retryAfterSeconds: RETRY_SECONDS,
    };
  }
  if (error instanceof PointerRefusedError) {
    return error.reason === "not-verifiable-here"
      ? {
        status: 501,
        type: "not-verifiable-here",
        title: "This account cannot be verified here",
        cacheControl: BRIEFLY,
      }
      : { status: 502, type: error.reason, title: "Only bad records", cacheControl: NO_STORE };
  }
  if (error instanceof WithdrawnError) {
    return {
      status: 410,
      type: "withdrawn",
      title: "This feed was withdrawn",
      cacheControl: BRIEFLY,
    };
  }
  if (error instanceof ContentUnreachableError) {
    return {
      status: 504,
      type: "content-unreachable",
      title: "The content could not be fetched in time",
      cacheControl: NO_STORE,
      retryAfterSeconds: RETRY_SECONDS,
    };
  }
  if (error instanceof DOMException && error.name === "TimeoutError") return TIMEOUT;
  if (error instanceof ContentWrongError || isEngineError(error, ["timeout", "too-large"])) {
    return {
      status: 502,
      type: "content-wrong",
      title: "The content cannot be shown",
      cacheControl: NO_STORE,
    };
  }
  return INTERNAL;
}

/** A page that a feed makes too large or too slow is that feed's fault; a broken engine is ours. */
function isEngineError(error: unknown, reasons: readonly XsltError["reason"][]): boolean {
  return error instanceof XsltError && reasons.includes(error.reason);
}

/**
 * What to answer for an error. An error that nobody raised on purpose says nothing of itself: its
 * text could carry internals.
 */
export function failureOf(error: unknown): Failure {
  const outcome = classify(error);
  if (outcome === TIMEOUT) return { ...TIMEOUT, ...TOO_SLOW, roads: [] };
  const known = outcome !== INTERNAL && error instanceof OurSpaceError;
  const roads = error instanceof ContentUnreachableError || error instanceof ContentWrongError
    ? error.roads
    : [];
  return {
    ...outcome,
    detail: known ? error.message : "The gateway met an error that it did not expect.",
    remedy: known ? error.remedy : "Try again; if it stays, tell the operator of this gateway.",
    roads,
  };
}
