import type { MiddlewareHandler } from "hono";

/**
 * HEAD tells the length of the body that GET would give (RFC 9110, section 8.6). Left to itself the
 * listener says 0, the length of what it is handed.
 */
export const headLength: MiddlewareHandler = async (context, next) => {
  await next();
  const { res } = context;
  if (context.req.method !== "HEAD" || res.body === null || res.headers.has("Content-Length")) {
    return;
  }
  const { length } = await res.bytes();
  res.headers.set("Content-Length", String(length));
};
