import type { Context } from "hono";
import type { Call } from "../../resolver/contracts.ts";
import type { ContentReader, VerifiedFile } from "../../resolver/content/content.ts";
import { PathNotFoundError } from "../../resolver/errors.ts";
import { IMMUTABLE } from "../http/cache_policy.ts";
import { isNotModified } from "../http/conditional.ts";
import { contentDisposition } from "../http/content_disposition.ts";
import type { GatewayEnv } from "../http/environment.ts";
import { HEAD_BYTES, mediaTypeOf } from "../http/media_type.ts";
import { pulledStream } from "../http/pulled_stream.ts";
import { requestedRange } from "../http/range.ts";
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

/** A file, or the range of it that was asked for; the first piece is verified before any header is sent. */
export async function ipfsFile(
  context: Context<GatewayEnv>,
  { cid, path }: IpfsRequest,
  content: ContentReader,
): Promise<Response> {
  const leave = new AbortController();
  const { signal: visit } = context.get("call");
  const call: Call = { signal: AbortSignal.any([visit, leave.signal]) };

  const file = await content.open(cid, path.replace(/\/$/, ""), call);
  if (file.kind === "folder") {
    throw new PathNotFoundError("There is a folder at this address, and folders are not listed.", {
      remedy: "Add the name of a file in it to the address.",
    });
  }
  const etag = `"${file.cid}"`;
  const headers: Record<string, string> = { ...FILE_HEADERS, "ETag": etag };
  if (isNotModified(context.req.raw.headers, { etag, lastModified: null })) {
    return new Response(null, { status: 304, headers });
  }

  const size = await file.size(call);
  const { type, shown } = mediaTypeOf(await readHead(file, size, call));
  headers["Content-Type"] = type;
  headers["Content-Disposition"] = contentDisposition(
    shown ? "inline" : "attachment",
    file.name === "" ? file.cid.toString() : file.name,
  );
  // Only GET has ranges (RFC 9110, section 14.2).
  if (context.req.method === "HEAD") {
    return new Response(null, { headers: { ...headers, "Content-Length": String(size) } });
  }
  const range = requestedRange(context.req.raw.headers, size, etag);
  if (range.kind === "unsatisfiable") {
    return new Response(null, {
      status: 416,
      headers: { ...headers, "Content-Range": `bytes */${size}` },
    });
  }
  const { start, end } = range.kind === "part" ? range : { start: 0, end: size };
  headers["Content-Length"] = String(end - start);
  if (range.kind === "part") headers["Content-Range"] = `bytes ${start}-${end - 1}/${size}`;

  const pieces = file.read(call, { start, end })[Symbol.asyncIterator]();
  const first = await pieces.next();
  const body = first.done ? null : pulledStream(first.value, pieces, () => leave.abort());
  return new Response(body, { status: range.kind === "part" ? 206 : 200, headers });
}

async function readHead(file: VerifiedFile, size: number, call: Call): Promise<Uint8Array> {
  const head = new Uint8Array(Math.min(size, HEAD_BYTES));
  let length = 0;
  for await (const piece of file.read(call, { start: 0, end: head.length })) {
    head.set(piece, length);
    length += piece.length;
  }
  return head;
}
