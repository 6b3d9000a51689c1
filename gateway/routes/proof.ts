import { Hono } from "hono";
import { identityText } from "../../schemas/identity.ts";
import { copyHeaders, PARTS } from "../http/cache_policy.ts";
import type { GatewayEnv } from "../http/gateway_env.ts";
import type { Feeds } from "../pipeline/feeds.ts";
import type { Visits } from "../pipeline/visits.ts";
import { paymentUri } from "../render/payment_uri.ts";
import { pointerResponse } from "./pointer_response.ts";

/** What any page of anybody may read. */
const OPEN_HEADERS = { "Access-Control-Allow-Origin": "*", "X-Content-Type-Options": "nosniff" };

/** What proves a feed: the signed pointer, how it was found, and the identity to compare. */
export function proofRoutes(parts: { visits: Visits; feeds: Feeds }): Hono<GatewayEnv> {
  const { visits, feeds } = parts;
  const routes = new Hono<GatewayEnv>();

  routes.get("/pointer.json", async (context) => {
    const { name, call } = context.var;
    const { record, resolution, stale } = await visits(name, call);
    const { pointer } = resolution;
    if (context.req.query("proof") === undefined) {
      // A withdrawn pointer too, since it is its own proof.
      const headers = { ...copyHeaders(stale), ...OPEN_HEADERS };
      return await pointerResponse(context.req.raw, pointer.bytes, headers);
    }
    const wire = JSON.parse(new TextDecoder().decode(pointer.bytes));
    const held = resolution.sources.filter(({ outcome }) => outcome === "newest");
    const proof = {
      name: name.text,
      identity: identityText(record.identity),
      via: record.via,
      authenticated: record.authenticated,
      pointer: wire,
      signedText: pointer.text,
      freshness: resolution.freshness,
      checkedAt: resolution.checkedAt === 0 ? null : new Date(resolution.checkedAt).toISOString(),
      agreeing: held.length,
      sources: resolution.sources,
      roads: feeds.roads(pointer),
    };
    return context.json(proof, 200, { "Cache-Control": "no-store", ...OPEN_HEADERS });
  });

  routes.get("/qr.svg", async (context) => {
    const { name, call } = context.var;
    const { record } = await visits(name, call);
    const { qrSvg } = await import("../render/qr.ts");
    return new Response(qrSvg(paymentUri(record.identity)), {
      headers: {
        "Content-Type": "image/svg+xml",
        "Cache-Control": PARTS,
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
      },
    });
  });

  return routes;
}
