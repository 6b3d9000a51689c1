import { CID } from "multiformats/cid";
import type { Blocks } from "./blocks.ts";
import { carOf } from "./cars.ts";

/** An HTTP service on a free port of loopback; `await using` stops it. */
export interface Service extends AsyncDisposable {
  readonly url: string;
  /** The URLs that were asked for, without the origin. */
  readonly asked: string[];
}

export function startService(
  handle: (request: Request) => Response | Promise<Response>,
): Service {
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const { pathname, search } = new URL(request.url);
    asked.push(pathname + search);
    return handle(request);
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    asked,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** What a test's service does with a question for a block. */
export interface Holdings {
  readonly blocks: Blocks;
  /** Answers with this status, whatever it is asked. */
  readonly status?: number;
  /** A trustless gateway gives single blocks alone: CARs are a SHOULD. */
  readonly onlyBlocks?: boolean;
}

/** Speaks the trustless gateway protocol, strictly; of a DAG it sends all that it holds. */
export function trustlessService({ blocks, status, onlyBlocks }: Holdings): Service {
  return startService(async (request) => {
    if (status !== undefined) return new Response("broken", { status });
    const { pathname, searchParams } = new URL(request.url);
    const isCar = searchParams.get("format") === "car" &&
      request.headers.get("Accept")?.startsWith("application/vnd.ipld.car;version=1");
    if (isCar && !onlyBlocks) return await carResponse(pathname.split("/")[2] ?? "", blocks);
    const isTrustless = searchParams.get("format") === "raw" &&
      request.headers.get("Accept") === "application/vnd.ipld.raw";
    if (!isTrustless) return new Response("this gateway is trustless", { status: 406 });
    const block = blocks.get(pathname.replace("/ipfs/", ""));
    return block === undefined
      ? new Response("not held", { status: 404 })
      : new Response(block, { headers: { "Content-Type": "application/vnd.ipld.raw" } });
  });
}

async function carResponse(root: string, blocks: Blocks): Promise<Response> {
  if (!blocks.has(root)) return new Response("not held", { status: 404 });
  const headers = { "Content-Type": "application/vnd.ipld.car; version=1" };
  return new Response(await carOf([CID.parse(root)], blocks), { headers });
}

/** Speaks as much of Kubo's RPC as the block source needs, in Kubo's words. */
export function kuboService({ blocks, status }: Holdings): Service {
  return startService(async (request) => {
    const url = new URL(request.url);
    const method = /^\/api\/v0\/(block\/get|block\/stat|dag\/export)$/.exec(url.pathname)?.[1];
    if (request.method !== "POST" || method === undefined) {
      return new Response("404 page not found", { status: 404 });
    }
    if (status !== undefined) return Response.json({ Message: "broken", Code: 0 }, { status });
    const cid = url.searchParams.get("arg") ?? "";
    if (method === "dag/export" && blocks.has(cid)) return await carResponse(cid, blocks);
    const block = blocks.get(cid);
    if (block !== undefined) {
      if (method === "block/get") return new Response(block);
      return Response.json({ Key: cid, Size: block.byteLength });
    }
    const Message = `block was not found locally (offline): ipld: could not find ${cid}`;
    return Response.json({ Message, Code: 0, Type: "error" }, { status: 500 });
  });
}
