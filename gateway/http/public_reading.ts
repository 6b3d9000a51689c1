import type { MiddlewareHandler } from "hono";
import { problem } from "./problem.ts";

const ANY_ORIGIN = "Access-Control-Allow-Origin";
const READING = "GET, HEAD";

/**
 * For routes where a visit changes nothing: any page on the web may read what they answer, redirects
 * and errors included, so that a feed reader can run in a browser (CORS).
 */
export const publicReading: MiddlewareHandler = async (context, next) => {
  const { method } = context.req;
  if (method === "GET" || method === "HEAD") {
    await next();
    context.res.headers.set(ANY_ORIGIN, "*");
    return;
  }
  const headers = { Allow: `${READING}, OPTIONS` };
  if (method !== "OPTIONS") {
    const detail = "What is here can only be read.";
    return problem(405, "method-not-allowed", "Not by this method", detail, headers);
  }
  return new Response(null, {
    status: 204,
    headers: { ...headers, [ANY_ORIGIN]: "*", "Access-Control-Allow-Methods": READING },
  });
};
