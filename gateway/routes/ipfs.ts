import { Hono } from "hono";
import type { ContentReader } from "../../resolver/content/content.ts";
import type { GatewayEnv } from "../http/gateway_env.ts";
import { problem } from "../http/problem.ts";
import { ipfsBlock } from "./ipfs_block.ts";
import { ipfsCar } from "./ipfs_car.ts";
import { ipfsFile } from "./ipfs_file.ts";
import { parseIpfsRequest, requestedForm } from "./ipfs_request.ts";

/**
 * Media of feeds at `/ipfs/{cid}/{path}`, from wherever they come; and, in the form of the IPFS
 * Trustless Gateway specification, the blocks that this machine holds, one by one or as CAR, for
 * other nodes.
 */
export function ipfsRoutes({ content }: { content: ContentReader }): Hono<GatewayEnv> {
  const routes = new Hono<GatewayEnv>();
  routes.get("/ipfs/*", (context) => {
    // A service worker of a stranger would answer for every page of this origin.
    if (context.req.header("Service-Worker") === "script") {
      return problem(403, "service-worker", "No service workers", "No file here runs as a script.");
    }
    const request = parseIpfsRequest(context);
    if (request instanceof Response) return request;
    switch (requestedForm(context)) {
      case "file":
        return ipfsFile(context, request, content);
      case "raw":
        return ipfsBlock(context, request, content);
      case "car":
        return ipfsCar(context, request, content);
    }
  });
  return routes;
}
