import { Hono } from "hono";
import { PARTS } from "../http/cache_policy.ts";
import { isNotModified } from "../http/conditional.ts";
import type { GatewayEnv } from "../http/gateway_env.ts";
import { pageAssets } from "../render/page_assets.ts";

/** The page's parts: the same for every feed and every host. */
export function pagePartRoutes(parts: { build: string }): Hono<GatewayEnv> {
  const routes = new Hono<GatewayEnv>();
  const etag = `"${parts.build}"`;
  for (const { path, mediaType, bytes } of pageAssets) {
    const headers = { "Cache-Control": PARTS, ETag: etag, "X-Content-Type-Options": "nosniff" };
    routes.get(
      path,
      (context) =>
        isNotModified(context.req.raw.headers, { etag, lastModified: null })
          ? new Response(null, { status: 304, headers })
          : new Response(bytes, { headers: { ...headers, "Content-Type": mediaType } }),
    );
  }
  // Asked for by every browser and crawler: looked up as names they would be DNS queries.
  routes.get("/favicon.ico", (context) => context.redirect("/favicon.svg", 308));
  routes.get("/robots.txt", (context) => {
    context.header("Cache-Control", PARTS);
    return context.text(ROBOTS);
  });
  return routes;
}

/** Everything here is public. */
const ROBOTS = "User-agent: *\nAllow: /\n";
