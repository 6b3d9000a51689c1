import type { Context } from "hono";
import type { CID } from "multiformats/cid";
import { CAR_TYPE } from "../../resolver/content/car_reader.ts";
import { isReadable, parseCid } from "../../resolver/content/cid.ts";
import { RAW_BLOCK_TYPE } from "../../resolver/trustless.ts";
import { BadRequestError } from "../http/bad_request.ts";
import type { GatewayEnv } from "../http/gateway_env.ts";
import { requestUrl } from "../http/request_url.ts";

/** What is asked for under `/ipfs/`. */
export interface IpfsRequest {
  readonly cid: CID;
  /** Decoded, without a slash at its beginning; empty for the CID itself. */
  readonly path: string;
}

/** Every CID has one address here: the CIDv1 in base32; others are sent there. */
export function parseIpfsRequest(context: Context<GatewayEnv>): IpfsRequest | Response {
  const { pathname, search } = requestUrl(context.req.raw);
  const [written = "", ...rest] = pathname.slice("/ipfs/".length).split("/");
  const cid = parseCid(written);
  if (cid === null || !isReadable(cid)) {
    throw new BadRequestError(
      cid === null
        ? "The address holds no CID."
        : "The CID names something other than a file or folder under SHA-256.",
      { remedy: "An address here is /ipfs/ followed by a CID, as in /ipfs/bafk…" },
    );
  }
  const canonical = cid.toV1().toString();
  if (written !== canonical) {
    return context.redirect(`/ipfs/${[canonical, ...rest].join("/")}${search}`, 308);
  }
  return { cid, path: decodePath(rest.join("/")) };
}

function decodePath(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch (cause) {
    throw new BadRequestError("The address has a broken percent-encoding.", { cause });
  }
}

/** The parameter counts more than `Accept`, because links can carry it. */
export function requestedForm({ req }: Context<GatewayEnv>): "file" | "raw" | "car" {
  const format = req.query("format");
  if (format === "raw" || format === "car") return format;
  if (format !== undefined) {
    throw new BadRequestError("This gateway does not know the format that is asked for.", {
      remedy: "Use ?format=raw for a block, ?format=car for many, or no format for the file.",
    });
  }
  const accept = req.header("Accept") ?? "";
  if (accept.includes(RAW_BLOCK_TYPE)) return "raw";
  return accept.includes(CAR_TYPE) ? "car" : "file";
}
