import { PathNotFoundError } from "../../resolver/errors.ts";
import { isBrowser, VARY } from "./client_kind.ts";
import { type Failure, failureOf } from "./outcome.ts";
import { problem } from "./problem.ts";
import { requestUrl } from "./request_url.ts";
import { pageSecurityHeaders } from "./security_headers.ts";

/** nginx's status for it, which access logs and metrics are used to. */
const CLIENT_CLOSED_REQUEST = 499;

/** Makes the answer to a request that ended with an error. */
export type AnswerError = (error: unknown, request: Request) => Promise<Response>;

/**
 * A plain page for people, RFC 9457 problem details for programs, never a stack trace. What nobody
 * expected is reported to the operator, not to the visitor.
 */
export function createAnswerError(parts: { report: (error: unknown) => void }): AnswerError {
  return async (error, request) => {
    // Nobody reads the answer to a visitor who has left, and leaving is no fault.
    if (request.signal.aborted) return new Response(null, { status: CLIENT_CLOSED_REQUEST });
    const failure = failureOf(error);
    if (failure.status === 500) parts.report(error);
    const headers: Record<string, string> = {
      "Cache-Control": failure.cacheControl,
      Vary: VARY,
    };
    if (failure.retryAfterSeconds !== undefined) {
      headers["Retry-After"] = String(failure.retryAfterSeconds);
    }
    if (!isBrowser(request.headers)) return failureProblem(failure, headers);
    const { errorPage } = await import("../render/error_page.ts");
    const { pathname, search } = requestUrl(request);
    const atStart = pathname + search === "/";
    const feedPath = error instanceof PathNotFoundError ? feedPathOf(pathname) : undefined;
    const content = feedPath === undefined ? { ...failure, atStart } : { ...failure, feedPath };
    return new Response(errorPage(content), {
      status: failure.status,
      headers: {
        ...headers,
        ...pageSecurityHeaders(),
        "Content-Type": "text/html; charset=utf-8",
      },
    });
  };
}

/** The page of the feed that a post's path belongs to; nothing where the feed's page is the start page. */
function feedPathOf(pathname: string): string | undefined {
  return /^(\/[^/]+)\/posts\/[^/]+$/.exec(pathname)?.[1];
}

function failureProblem(failure: Failure, headers: Record<string, string>): Response {
  const members: Record<string, unknown> = {};
  if (failure.remedy !== "") members["remedy"] = failure.remedy;
  if (failure.roads.length > 0) {
    members["roads"] = failure.roads.map(({ road, outcome, reason }) => ({
      road,
      outcome,
      reason,
    }));
  }
  return problem(
    failure.status,
    failure.type,
    failure.title,
    failure.detail,
    headers,
    members,
  );
}
