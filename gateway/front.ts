import { Hono } from "hono";
import { build } from "./build.ts";
import type { GatewayEnv } from "./http/gateway_env.ts";
import { publicReading } from "./http/public_reading.ts";
import { requestUrl } from "./http/request_url.ts";
import { type OwnOrigins, siteOf } from "./http/site.ts";
import { pageAssets } from "./render/page_assets.ts";
import { healthRoutes } from "./routes/health.ts";
import { homeRoutes } from "./routes/home.ts";
import { pagePartRoutes } from "./routes/page_parts.ts";

/** The answers that need no feed. */
export interface Front {
  /** Null: this takes the whole gateway. */
  fetch(request: Request): Promise<Response> | null;
}

const ANSWERED = new Set(["/", "/health", ...pageAssets.map(({ path }) => path)]);

/**
 * What a process that has just started can answer at once, while the whole gateway is being loaded:
 * the front page, the page's parts, and that it lives. The same routes as in the whole gateway.
 */
export function createFront(origins: OwnOrigins): Front {
  const front = new Hono<GatewayEnv>();
  front.route("/", healthRoutes({ ready: () => true, metrics: [] }));
  front.use(publicReading);
  front.route("/", homeRoutes({ welcomePath: () => null }));
  front.route("/", pagePartRoutes({ build }));

  return {
    fetch(request) {
      const { pathname, search } = requestUrl(request);
      if (request.method !== "GET" || search !== "" || !ANSWERED.has(pathname)) return null;
      // Two hosts in one request are for the whole gateway to refuse.
      if (request.headers.get("Host")?.includes(",")) return null;
      const site = siteOf(request, origins);
      if (pathname === "/" && site.kind !== "own") return null;
      return Promise.resolve(front.fetch(request, { site }));
    },
  };
}
