import type { Context } from "hono";
import { CAR_TYPE } from "../../resolver/content/car_reader.ts";
import type { ContentReader, LocalDagRequest } from "../../resolver/content/content.ts";
import type { Alarm } from "../../resolver/deadline.ts";
import { BadRequestError } from "../http/bad_request.ts";
import { IMMUTABLE } from "../http/cache_policy.ts";
import { isNotModified } from "../http/conditional.ts";
import type { GatewayEnv } from "../http/gateway_env.ts";
import { pulledStream } from "../http/pulled_stream.ts";
import type { IpfsRequest } from "./ipfs_request.ts";

/** Depth first, each block once: the form that readers can follow while it comes. */
const FORM = `${CAR_TYPE}; version=1; order=dfs; dups=n`;

/** `from:to`, both included, negative from the end; `*` is the end (Trustless Gateway specification). */
const ENTITY_BYTES = /^(-?\d{1,15}):(-?\d{1,15}|\*)$/;
const SCOPES = ["block", "entity", "all"] as const;

/**
 * Many blocks of a DAG as this machine holds them, as CAR. As with single blocks nobody else is asked; a
 * block in the middle that is not held breaks the connection, so that no reader takes a part for the whole.
 */
export async function ipfsCar(
  context: Context<GatewayEnv>,
  { cid, path }: IpfsRequest,
  { content, alarm }: { readonly content: ContentReader; readonly alarm: Alarm },
): Promise<Response> {
  const request: LocalDagRequest = { root: cid, path, ...requestedPart(context) };
  const leave = new AbortController();
  // Longer than one request's deadline: a whole video may be on its way to a slow line.
  const signal = AbortSignal.any([context.req.raw.signal, leave.signal]);
  const { end, blocks } = await content.localDag(request, { signal });
  const etag = etagOf(end, request);
  const headers = {
    "Access-Control-Allow-Origin": "*",
    "Cache-Control": IMMUTABLE,
    "Content-Disposition": `attachment; filename="${end}.car"`,
    "Content-Type": FORM,
    "ETag": etag,
    "Vary": "Accept",
    "X-Content-Type-Options": "nosniff",
  };
  if (isNotModified(context.req.raw.headers, { etag, lastModified: null })) {
    return new Response(null, { status: 304, headers });
  }
  if (context.req.method === "HEAD") return new Response(null, { headers });
  // Loaded by the first who asks: most gateways are never asked.
  const { writeCar } = await import("../../resolver/content/car_writer.ts");
  const pieces = writeCar(end, blocks);
  const first = await pieces.next();
  const body = first.done
    ? null
    : pulledStream(first.value, pieces, { leave: () => leave.abort(), alarm });
  return new Response(body, { headers });
}

function requestedPart({ req }: Context<GatewayEnv>): Pick<LocalDagRequest, "scope" | "bytes"> {
  const written = req.query("dag-scope") ?? "all";
  const scope = SCOPES.find((known) => known === written);
  if (scope === undefined) {
    throw new BadRequestError("This gateway does not know the dag-scope that is asked for.", {
      remedy: "Use dag-scope=block, entity or all.",
    });
  }
  const range = req.query("entity-bytes");
  if (range === undefined) return { scope };
  const [, from, to] = ENTITY_BYTES.exec(range) ?? [];
  if (from === undefined) {
    throw new BadRequestError("The entity-bytes that are asked for cannot be read.", {
      remedy: "Write entity-bytes=first:last, as in 0:1023 or 1024:*.",
    });
  }
  return { scope, bytes: { from: Number(from), to: to === "*" ? Infinity : Number(to) } };
}

/** Weak, because another gateway may put the same blocks into another order. */
function etagOf(end: unknown, { root, path, scope, bytes }: LocalDagRequest): string {
  const range = bytes === undefined ? "" : `.${bytes.from}-${bytes.to}`;
  const from = path === "" ? "" : `.${root}`;
  return `W/"${end}${from}.${scope}${range}.car"`;
}
