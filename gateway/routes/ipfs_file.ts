import type { Context } from "hono";
import type { ContentReader, Roads, VerifiedFile } from "../../resolver/content/content.ts";
import { FEED_NAMES } from "../../resolver/content/feed_document.ts";
import { concatenate } from "../../resolver/content/verified.ts";
import type { Call } from "../../resolver/contracts.ts";
import type { Alarm } from "../../resolver/deadline.ts";
import { PathNotFoundError } from "../../resolver/errors.ts";
import { IMMUTABLE } from "../http/cache_policy.ts";
import { isNotModified } from "../http/conditional.ts";
import { contentDisposition } from "../http/content_disposition.ts";
import type { GatewayEnv } from "../http/gateway_env.ts";
import { pulledStream } from "../http/pulled_stream.ts";
import { requestedRange } from "../http/range.ts";
import { serverTiming } from "../http/server_timing.ts";
import { HEAD_BYTES, sniffMediaType } from "../http/sniff_media_type.ts";
import type { IpfsRequest } from "./ipfs_request.ts";

/**
 * What any file of a stranger carries: it may be embedded and read from everywhere, and whatever it
 * is, it can neither run nor load anything in this gateway's origin.
 */
const FILE_HEADERS = {
  "Accept-Ranges": "bytes",
  "Access-Control-Allow-Origin": "*",
  "Cache-Control": IMMUTABLE,
  "Content-Security-Policy": "sandbox; default-src 'none'",
  "Cross-Origin-Resource-Policy": "cross-origin",
  "Referrer-Policy": "no-referrer",
  // The same address gives the block to those who accept only that.
  "Vary": "Accept",
  "X-Content-Type-Options": "nosniff",
};

/** Where files come from, and what wakes up for a client that reads no further. */
export interface IpfsFileOptions {
  readonly content: ContentReader;
  readonly roads: Roads;
  readonly alarm: Alarm;
}

/**
 * A file, or the range of it that was asked for. The request's deadline ends with its first piece: from
 * then on each block has a deadline of its own, and each piece waits for the client.
 */
export async function ipfsFile(
  context: Context<GatewayEnv>,
  request: IpfsRequest,
  { content, roads, alarm }: IpfsFileOptions,
): Promise<Response> {
  const leave = new AbortController();
  const call = { signal: AbortSignal.any([context.get("call").signal, leave.signal]) };
  const { method, raw: { headers: asked } } = context.req;

  const file = await openFile(request, { content, roads }, call);
  const etag = `"${file.cid}"`;
  if (isNotModified(asked, { etag, lastModified: null })) {
    return new Response(null, { status: 304, headers: { ...FILE_HEADERS, "ETag": etag } });
  }
  const size = await file.size(call);
  const described = await describe(file, size, call);
  const timing = serverTiming(file.roads());
  const headers = { ...FILE_HEADERS, "ETag": etag, ...described, ...timing };
  // Only GET has ranges (RFC 9110, section 14.2).
  if (method === "HEAD") {
    return new Response(null, { headers: { ...headers, "Content-Length": String(size) } });
  }
  const range = requestedRange(asked, size, etag);
  if (range.kind === "unsatisfiable") {
    // A cache that does not tell ranges apart would give this to everybody.
    const refusal = { "Content-Range": `bytes */${size}`, "Cache-Control": "no-store" };
    return new Response(null, { status: 416, headers: { ...headers, ...refusal } });
  }
  const { start, end } = range.kind === "part" ? range : { start: 0, end: size };
  const pieces = file.read(call, { start, end })[Symbol.asyncIterator]();
  // A first piece that is missing or wrong still has a status to say so.
  const first = await pieces.next();
  const body = first.done
    ? null
    : pulledStream(first.value, pieces, { leave: () => leave.abort(), alarm });
  const sent = { ...headers, "Content-Length": String(end - start) };
  if (range.kind === "whole") return new Response(body, { headers: sent });
  const contentRange = { "Content-Range": `bytes ${start}-${end - 1}/${size}` };
  return new Response(body, { status: 206, headers: { ...sent, ...contentRange } });
}

async function openFile(
  { cid, path }: IpfsRequest,
  { content, roads }: { readonly content: ContentReader; readonly roads: Roads },
  call: Call,
): Promise<VerifiedFile> {
  const entry = await content.open(cid, path.replace(/\/$/, ""), call, { roads });
  if (entry.kind === "file") return entry;
  // As a web server shows a folder's index: the proof on a page leads to the pointer's own CID.
  for (const name of FEED_NAMES) {
    const feed = await entry.find(name, call);
    if (feed?.kind === "file") return feed;
  }
  throw new PathNotFoundError("There is a folder at this address, and folders are not listed.", {
    remedy: "Add the name of a file in it to the address.",
  });
}

/** What the file's beginning shows it to be. */
async function describe(
  file: VerifiedFile,
  size: number,
  call: Call,
): Promise<Record<string, string>> {
  const range = { start: 0, end: Math.min(size, HEAD_BYTES) };
  const head = concatenate(await Array.fromAsync(file.read(call, range)));
  const { type, shown } = sniffMediaType(head);
  const name = file.name === "" ? file.cid.toString() : file.name;
  return {
    "Content-Type": type,
    "Content-Disposition": contentDisposition(shown ? "inline" : "attachment", name),
  };
}
