import type { Env, Hono } from "hono";
import { problem } from "./problem.ts";

/**
 * Answers every other method at the app's paths with 405 and what may be asked there (RFC 9110, section
 * 15.5.6): 404 would say that the path is wrong. After all routes are there.
 */
export function refuseOtherMethods<E extends Env>(app: Hono<E>): void {
  const methods = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    // Of a middleware.
    if (method === "ALL") continue;
    const known = methods.get(path) ?? new Set();
    methods.set(path, known.add(method));
    if (method === "GET") known.add("HEAD");
  }
  for (const [path, known] of methods) {
    const allowed = [...known].sort().join(", ");
    const detail = `What is here takes ${allowed}.`;
    app.all(
      path,
      () => problem(405, "method-not-allowed", "Not by this method", detail, { Allow: allowed }),
    );
  }
}
