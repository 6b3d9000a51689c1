import type { Context } from "hono";
import type { ContentReader } from "../../resolver/content/content.ts";
import { BlockNotHeldError } from "../../resolver/errors.ts";
import { RAW_BLOCK_TYPE } from "../../resolver/trustless.ts";
import { BadRequestError } from "../http/bad_request.ts";
import { IMMUTABLE } from "../http/cache_policy.ts";
import { isNotModified } from "../http/conditional.ts";
import type { GatewayEnv } from "../http/gateway_env.ts";
import type { IpfsRequest } from "./ipfs_request.ts";

/**
 * One block, as this machine holds it. Nobody else is asked, so that nodes that are each other's
 * peers cannot send a question round in circles.
 */
export async function ipfsBlock(
  context: Context<GatewayEnv>,
  { cid, path }: IpfsRequest,
  content: ContentReader,
): Promise<Response> {
  if (path !== "") {
    throw new BadRequestError("A block has no path.", {
      remedy: "Ask for the block by its own CID: /ipfs/{cid}?format=raw.",
    });
  }
  const block = await content.localBlock(cid, context.get("call"));
  if (block === null) throw new BlockNotHeldError("This machine does not hold the block.");
  const etag = `"${cid}.raw"`;
  const headers = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": IMMUTABLE,
    "Content-Disposition": `attachment; filename="${cid}.bin"`,
    "Content-Type": RAW_BLOCK_TYPE,
    "ETag": etag,
    "Vary": "Accept",
    "X-Content-Type-Options": "nosniff",
  };
  if (isNotModified(context.req.raw.headers, { etag, lastModified: null })) {
    return new Response(null, { status: 304, headers });
  }
  return new Response(block, {
    headers: { ...headers, "Content-Length": String(block.length) },
  });
}
