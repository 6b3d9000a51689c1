import { Hono } from "hono";
import type { GatewayEnv } from "../http/gateway_env.ts";
import { onionLocation } from "../http/onion_location.ts";
import { pageSecurityHeaders } from "../http/security_headers.ts";
import type { Status } from "../status/status.ts";

/** How this node is. `paths`: where; a single label is no name, so no feed is lost to it. */
export function statusRoutes(
  parts: { readonly paths: readonly string[]; readonly read: () => Status },
): Hono<GatewayEnv> {
  const routes = new Hono<GatewayEnv>();
  for (const path of parts.paths) {
    routes.get(path, async (context) => {
      const { statusPage } = await import("../render/status_page.ts");
      return new Response(statusPage(parts.read()), {
        headers: {
          ...pageSecurityHeaders(),
          ...onionLocation(context.env.site),
          "Content-Type": "text/html; charset=utf-8",
          "Cache-Control": "no-store",
        },
      });
    });
  }
  return routes;
}
