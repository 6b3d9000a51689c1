import { Hono } from "hono";
import { namePath } from "../../schemas/name.ts";
import { PARTS } from "../http/cache_policy.ts";
import type { GatewayEnv } from "../http/gateway_env.ts";
import { onionLocation } from "../http/onion_location.ts";
import { pageSecurityHeaders } from "../http/security_headers.ts";
import { typedName } from "../typed_name.ts";

/** The gateway's front door: what this is, and a box that leads to a feed. */
export function homeRoutes(parts: { welcomePath: () => string | null }): Hono<GatewayEnv> {
  const routes = new Hono<GatewayEnv>();
  routes.get("/", async (context) => {
    const { site } = context.env;
    const typed = context.req.query("name");
    if (typed !== undefined) {
      return context.redirect(namePath(typedName(typed, site.origin)), 303);
    }
    const { homePage } = await import("../render/home_page.ts");
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
