import { Hono } from "hono";
import { namePath, parseName } from "../../schemas/name.ts";
import { PARTS } from "../http/cache_policy.ts";
import type { GatewayEnv } from "../http/gateway_env.ts";
import { onionLocation } from "../http/onion_location.ts";
import { pageSecurityHeaders } from "../http/security_headers.ts";

/** What people paste when they are asked for a name: a link, a wallet's URI, a handle. */
const PASTED_BEFORE = /^(?:https?:\/\/|ethereum:|@)/;
const PASTED_BEHIND = /\/$/;

/** The gateway's front door: what this is, and a box that leads to a feed. */
export function homeRoutes(parts: { welcomePath: () => string | null }): Hono<GatewayEnv> {
  const routes = new Hono<GatewayEnv>();
  routes.get("/", async (context) => {
    const typed = context.req.query("name");
    if (typed !== undefined) {
      const name = parseName(typed.trim().replace(PASTED_BEFORE, "").replace(PASTED_BEHIND, ""));
      return context.redirect(namePath(name), 303);
    }
    const { homePage } = await import("../render/home_page.ts");
    const { site } = context.env;
    return new Response(homePage({ origin: site.origin, welcomePath: parts.welcomePath() }), {
      headers: {
        ...pageSecurityHeaders(),
        ...onionLocation(site),
        "Content-Type": "text/html; charset=utf-8",
        "Cache-Control": PARTS,
      },
    });
  });
  return routes;
}
