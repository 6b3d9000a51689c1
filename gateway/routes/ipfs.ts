import { type Context, Hono } from "hono";
import type { ContentReader, Roads } from "../../resolver/content/content.ts";
import type { Alarm } from "../../resolver/deadline.ts";
import { ContentUnreachableError, NotReferredToError } from "../../resolver/errors.ts";
import type { GatewayEnv } from "../http/gateway_env.ts";
import { problem } from "../http/problem.ts";
import { shownBy } from "../http/shown_by.ts";
import type { IpfsQuestion, IpfsScope } from "../pipeline/ipfs_scope.ts";
import { ipfsBlock } from "./ipfs_block.ts";
import { ipfsCar } from "./ipfs_car.ts";
import { ipfsFile } from "./ipfs_file.ts";
import { type IpfsRequest, parseIpfsRequest, requestedForm } from "./ipfs_request.ts";

/**
 * Media of feeds at `/ipfs/{cid}/{path}`, from wherever the scope lets them come; and, in the form of the IPFS
 * Trustless Gateway specification, the blocks that this machine holds, one by one or as CAR, for other nodes.
 */
export function ipfsRoutes(
  { content, scope, alarm }: { content: ContentReader; scope: IpfsScope; alarm: Alarm },
): Hono<GatewayEnv> {
  const routes = new Hono<GatewayEnv>();
  routes.get("/ipfs/*", async (context) => {
    // A service worker of a stranger would answer for every page of this origin.
    if (context.req.header("Service-Worker") === "script") {
      return problem(403, "service-worker", "No service workers", "No file here runs as a script.");
    }
    const request = parseIpfsRequest(context);
    if (request instanceof Response) return request;
    const form = requestedForm(context);
    // Blocks that are held are for other nodes, whoever refers to them, unless it is refused.
    const roads = await scope(questionOf(context, request), context.get("call"));
    switch (form) {
      case "file":
        return await withinScope(
          roads,
          (roads) => ipfsFile(context, request, { content, roads, alarm }),
        );
      case "raw":
        return ipfsBlock(context, request, content);
      case "car":
        return ipfsCar(context, request, { content, alarm });
    }
  });
  return routes;
}

function questionOf(context: Context<GatewayEnv>, { cid, path }: IpfsRequest): IpfsQuestion {
  return { root: cid, path, shownBy: shownBy(context.req.raw, context.env.site) };
}

/** Where not everybody is asked, that nobody has it is no news of the content. */
async function withinScope(
  roads: Roads | "none",
  answer: (roads: Roads) => Promise<Response>,
): Promise<Response> {
  if (roads === "none") throw notReferredTo();
  try {
    return await answer(roads);
  } catch (error) {
    throw roads === "near" && error instanceof ContentUnreachableError
      ? notReferredTo(error)
      : error;
  }
}

function notReferredTo(cause?: unknown): NotReferredToError {
  return new NotReferredToError("No feed that was read here refers to this content.", {
    remedy: "Open the page of the feed that it belongs to first. " +
      "The operator of this gateway can open it to all content (IPFS_OPEN).",
    cause,
  });
}
