import { Hono } from "hono";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import { identityText } from "../../schemas/identity.ts";
import type { Feeds } from "../feeds.ts";
import { copyHeaders, PARTS } from "../http/cache_policy.ts";
import type { GatewayEnv } from "../http/environment.ts";
import { isNotModified } from "../http/conditional.ts";
import { paymentUri } from "../render/payment_uri.ts";
import type { Visits } from "../visits.ts";

/** What proves a feed: the signed pointer, how it was found, and the identity to compare. */
export function proofRoutes(parts: { visits: Visits; feeds: Feeds }): Hono<GatewayEnv> {
  const { visits, feeds } = parts;
  const routes = new Hono<GatewayEnv>();

  routes.get("/pointer.json", async (context) => {
    const { name, call } = context.var;
    const { record, resolution } = await visits(name, call);
    const { pointer } = resolution;
    if (context.req.query("proof") === undefined) {
      const stale = record.stale || resolution.freshness === "stale";
      return await signedPointer(context.req.raw, pointer, stale);
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
    return context.json(proof, 200, {
      "Cache-Control": "no-store",
      "Access-Control-Allow-Origin": "*",
      "X-Content-Type-Options": "nosniff",
    });
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

/** The exact wire form that was signed; a withdrawn pointer too, since it is its own proof. */
async function signedPointer(
  request: Request,
  pointer: VerifiedPointer,
  stale: boolean,
): Promise<Response> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", pointer.bytes));
  const etag = `"${digest.toHex().slice(0, 20)}"`;
  const headers = {
    ...copyHeaders(stale),
    ETag: etag,
    "Access-Control-Allow-Origin": "*",
    "X-Content-Type-Options": "nosniff",
  };
  if (isNotModified(request.headers, { etag, lastModified: null })) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(pointer.bytes, {
    headers: { ...headers, "Content-Type": "application/json" },
  });
}
