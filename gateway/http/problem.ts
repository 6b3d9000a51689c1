/** A URN, so that a type names no host that could move (RFC 9457, section 3.1.1). */
const TYPE_PREFIX = "urn:ourspace:problem:";

/** How a type is written in an answer. */
export function problemType(type: string): string {
  return `${TYPE_PREFIX}${type}`;
}

/**
 * An RFC 9457 problem for programs. `type` is a short kebab-case word that callers can switch on,
 * e.g. `not-valid-yet`.
 */
export function problem(
  status: number,
  type: string,
  title: string,
  detail: string,
  headers: Readonly<Record<string, string>> = {},
  members: Readonly<Record<string, unknown>> = {},
): Response {
  const body = { type: problemType(type), title, status, detail, ...members };
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      "Cache-Control": "no-store",
      ...headers,
      "Content-Type": "application/problem+json",
      "Access-Control-Allow-Origin": "*",
      "X-Content-Type-Options": "nosniff",
    },
  });
}
