import { Hono } from "hono";
import { ContentWrongError } from "../../resolver/errors.ts";
import { importCar, MalformedCarError } from "../../resolver/node/import_car.ts";
import type { Node } from "../../resolver/node/node.ts";
import { isLoopback } from "../http/client_key.ts";
import type { ServiceEnv } from "../http/gateway_env.ts";
import { problem } from "../http/problem.ts";
import { readPieces } from "../http/request_body.ts";

const CAR_TYPE = "application/vnd.ipld.car";

/** `publish` sends CARs of about 8 MiB, however large its content is. */
const CAR_LIMITS = {
  maxBytes: 64 * 1024 * 1024,
  idleMilliseconds: 30_000,
  timeoutMilliseconds: 120_000,
};

/** `/v1/admin`: what the commands on this machine use while the node runs. */
export function adminRoutes({ node }: { node: Node }): Hono<ServiceEnv> {
  const routes = new Hono<ServiceEnv>();

  routes.use("/v1/admin/*", async (context, next) => {
    if (!isLoopback(context.env.remoteAddress) || !isOurCommand(context.req.raw.headers)) {
      return problem(403, "not-local", "Not from here", "Only commands on this machine may ask.");
    }
    if (!sameText(context.req.header("Authorization") ?? "", `Bearer ${node.adminToken}`)) {
      const challenge = { "WWW-Authenticate": "Bearer" };
      return problem(
        401,
        "no-token",
        "No token",
        "The admin token is missing or wrong.",
        challenge,
      );
    }
    return await next();
  });

  routes.get("/v1/admin/status", (context) => {
    context.header("Cache-Control", "no-store");
    return context.json({ pid: Deno.pid, pointers: node.pointers.count() });
  });

  routes.post("/v1/admin/dag", async (context) => {
    if (context.req.header("Content-Type") !== CAR_TYPE) {
      return problem(415, "no-car", "No CAR", `The body must be ${CAR_TYPE}.`);
    }
    try {
      const taken = await importCar(readPieces(context.req.raw, CAR_LIMITS), node.blocks);
      return context.json(taken);
    } catch (error) {
      return refusedCar(error);
    }
  });

  return routes;
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

function refusedCar(error: unknown): Response {
  if (error instanceof MalformedCarError) {
    return problem(400, "malformed-car", "This is no CAR", error.message);
  }
  if (error instanceof ContentWrongError) {
    return problem(400, "wrong-block", "A wrong block", error.message);
  }
  throw error;
}
