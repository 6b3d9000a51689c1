import type { MiddlewareHandler } from "hono";
import { isLoopback } from "../../resolver/client_key.ts";
import type { ServiceEnv } from "./gateway_env.ts";
import { problem } from "./problem.ts";

/** Who may use the admin API, and with what. */
export type Caller = "operator" | "not-local" | "no-token";

/** A command of this machine that has the node's token is the operator. */
export function callerOf(
  headers: Headers,
  remoteAddress: string,
  adminToken: string,
): Caller {
  if (!isLoopback(remoteAddress) || !isOurCommand(headers)) return "not-local";
  const given = headers.get("Authorization") ?? "";
  return sameText(given, `Bearer ${adminToken}`) ? "operator" : "no-token";
}

/** Lets the operator's commands pass, and nobody else. */
export function operatorOnly(adminToken: string): MiddlewareHandler<ServiceEnv> {
  return async (context, next) => {
    const { remoteAddress } = context.env;
    switch (callerOf(context.req.raw.headers, remoteAddress, adminToken)) {
      case "operator":
        return await next();
      case "not-local":
        return problem(403, "not-local", "Not from here", "Only commands on this machine may ask.");
      case "no-token": {
        const challenge = { "WWW-Authenticate": "Bearer" };
        const detail = "The admin token is missing or wrong.";
        return problem(401, "no-token", "No token", detail, challenge);
      }
    }
  };
}

/**
 * A page that a browser on this machine shows can reach loopback too: browsers send Origin or
 * Sec-Fetch-Site, and after DNS rebinding the Host of their page.
 */
function isOurCommand(headers: Headers): boolean {
  const hostname = (headers.get("Host") ?? "").replace(/:[0-9]*$/, "").replace(/^\[(.*)\]$/, "$1");
  return !headers.has("Origin") && !headers.has("Sec-Fetch-Site") &&
    (hostname === "localhost" || isLoopback(hostname));
}

/** Takes the same time wherever the texts differ. */
function sameText(given: string, expected: string): boolean {
  if (given.length !== expected.length) return false;
  let difference = 0;
  for (let i = 0; i < expected.length; i++) {
    difference |= given.charCodeAt(i) ^ expected.charCodeAt(i);
  }
  return difference === 0;
}
