import type { Context } from "hono";
import type { CID } from "multiformats/cid";
import type {
  ContentReader,
  Roads,
  VerifiedContent,
  VerifiedFile,
} from "../../resolver/content/content.ts";
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
import { type RangeRequest, requestedRange } from "../http/range.ts";
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
  options: IpfsFileOptions,
): Promise<Response> {
  const leave = new AbortController();
  try {
    const response = await answer(context, request, options, leave);
    // Nobody reads what may be on its way.
    if (response.body === null) leave.abort();
    return response;
  } catch (error) {
    leave.abort();
    throw error;
  }
}

async function answer(
  context: Context<GatewayEnv>,
  request: IpfsRequest,
  { content, roads, alarm }: IpfsFileOptions,
  leave: AbortController,
): Promise<Response> {
  const call = { signal: AbortSignal.any([context.get("call").signal, leave.signal]) };
  const { method, raw: { headers: asked } } = context.req;
  const whole = method === "GET" && isFromStart(asked);

  const file = await openFile(
    request,
    (cid, path) => content.open(cid, path, call, { roads, whole }),
    call,
  );
  const etag = `"${file.cid}"`;
  if (isNotModified(asked, { etag, lastModified: null })) {
    return new Response(null, { status: 304, headers: { ...FILE_HEADERS, "ETag": etag } });
  }
  const size = await file.size(call);
  // Only GET has ranges (RFC 9110, section 14.2).
  const range = method === "HEAD" ? WHOLE : requestedRange(asked, size, etag);
  const { start, end } = range.kind === "part" ? range : { start: 0, end: size };
  const isSent = method === "GET" && range.kind !== "unsatisfiable";
  const pieces = file.read(call, { start, end })[Symbol.asyncIterator]();
  // A first piece that is missing or wrong still has a status to say so.
  const first = isSent ? await readAtLeast(HEAD_BYTES, pieces) : null;
  const head = first !== null && start === 0 ? first : await readHead(file, size, call);
  const headers = {
    ...FILE_HEADERS,
    "ETag": etag,
    ...describe(file, head),
    ...serverTiming(file.roads()),
  };
  if (range.kind === "unsatisfiable") {
    // A cache that does not tell ranges apart would give this to everybody.
    const refusal = { "Content-Range": `bytes */${size}`, "Cache-Control": "no-store" };
    return new Response(null, { status: 416, headers: { ...headers, ...refusal } });
  }
  const body = first === null || first.length === 0
    ? null
    : pulledStream(first, pieces, { leave: () => leave.abort(), alarm });
  const sent = { ...headers, "Content-Length": String(end - start) };
  if (range.kind === "whole") return new Response(body, { headers: sent });
  const contentRange = { "Content-Range": `bytes ${start}-${end - 1}/${size}` };
  return new Response(body, { status: 206, headers: { ...sent, ...contentRange } });
}

const WHOLE: RangeRequest = { kind: "whole" };

/** Browsers ask for a video with the open range first. */
function isFromStart(headers: Headers): boolean {
  const range = headers.get("Range");
  return range === null || range.trim() === "bytes=0-";
}

/** The first pieces, together at least so many bytes; all there are when there are fewer. */
async function readAtLeast(
  bytes: number,
  pieces: AsyncIterator<VerifiedContent>,
): Promise<VerifiedContent> {
  const read: VerifiedContent[] = [];
  for (let missing = bytes; missing > 0;) {
    const next = await pieces.next();
    if (next.done) break;
    read.push(next.value);
    missing -= next.value.length;
  }
  return concatenate(read);
}

async function readHead(file: VerifiedFile, size: number, call: Call): Promise<VerifiedContent> {
  const range = { start: 0, end: Math.min(size, HEAD_BYTES) };
  return concatenate(await Array.fromAsync(file.read(call, range)));
}

async function openFile(
  { cid, path }: IpfsRequest,
  open: (cid: CID, path: string) => ReturnType<ContentReader["open"]>,
  call: Call,
): Promise<VerifiedFile> {
  const entry = await open(cid, path.replace(/\/$/, ""));
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
function describe({ name, cid }: VerifiedFile, head: VerifiedContent): Record<string, string> {
  const { type, shown } = sniffMediaType(head);
  const called = name === "" ? cid.toString() : name;
  return {
    "Content-Type": type,
    "Content-Disposition": contentDisposition(shown ? "inline" : "attachment", called),
  };
}
