import { Hono } from "hono";
import type { GatewayEnv } from "../http/gateway_env.ts";
import { problem } from "../http/problem.ts";
import { ipfsBlock } from "./ipfs_block.ts";
import { ipfsFile, type IpfsFileOptions } from "./ipfs_file.ts";
import { parseIpfsRequest, requestedForm } from "./ipfs_request.ts";

/**
 * Media of feeds at `/ipfs/{cid}/{path}`, from wherever they come; and, in the form of the IPFS
 * Trustless Gateway specification, the blocks that this machine holds, for other nodes.
 */
export function ipfsRoutes({ content, alarm }: IpfsFileOptions): Hono<GatewayEnv> {
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
        return ipfsFile(context, request, { content, alarm });
      case "raw":
        return ipfsBlock(context, request, content);
      case "car":
        return problem(501, "no-car", "No CAR files here", "Ask for single blocks: ?format=raw.");
    }
  });
  return routes;
}
