import type { CID } from "multiformats/cid";
import { OurSpaceError } from "../schemas/errors.ts";
import { CAR_TYPE, readCar } from "./content/car_reader.ts";
import { carLimits, contentLimits } from "./content/limits.ts";
import type { BlockSource, Call, Clock, DagRequest } from "./contracts.ts";
import { RefusedByOperatorError } from "./errors.ts";
import type { Outbound, OutboundResponse } from "./outbound/outbound.ts";

/** The media type of one block (IPFS Trustless Gateway specification). */
export const RAW_BLOCK_TYPE = "application/vnd.ipld.raw";

/** A service that gives no CAR (they are a SHOULD) is not asked for one again for so long. */
const NO_CAR_MILLISECONDS = 10 * 60_000;

/** What a trustless gateway is asked by. */
export interface TrustlessOptions {
  /** For people. */
  readonly id: string;
  /** Without a slash at its end. */
  readonly baseUrl: string;
  readonly outbound: Outbound;
  readonly clock: Clock;
}

/**
 * A service of the operator's choice that speaks the IPFS Trustless Gateway specification: single blocks,
 * and CARs where it has them. Nothing that comes is verified here.
 *
 * Both methods throw OutboundError, and OurSpaceError when the service answers something else; `get` throws
 * RefusedByOperatorError too.
 */
export function trustlessSource(options: TrustlessOptions): BlockSource {
  const { id, baseUrl, outbound, clock } = options;
  let askAgainAt = 0;

  return {
    id,
    get: (cid, call) => fetchRawBlock(outbound, baseUrl, cid, call),
    async dag(request, call) {
      if (clock() < askAgainAt || leadsElsewhere(request)) return null;
      const response = await outbound.fetch({
        url: carUrl(baseUrl, request),
        // As with single blocks: some heed the parameters alone, some only the header.
        headers: { Accept: `${CAR_TYPE};version=1;order=dfs;dups=n` },
        trust: "operator",
        ...carLimits,
      }, call);
      if (isCar(response)) return (await readCar(response.body)).blocks;
      await response.body.cancel();
      if (isNotThere(response.status)) return null;
      if (isForNow(response.status)) throw unexpected(response.status);
      // Not by CAR, which is the same to whoever asks for one.
      askAgainAt = clock() + NO_CAR_MILLISECONDS;
      return null;
    },
  };
}

/**
 * One block. `null`: the service says that it has no such block. Throws RefusedByOperatorError when it says
 * that its operator does not serve it.
 */
export async function fetchRawBlock(
  outbound: Outbound,
  baseUrl: string,
  cid: CID,
  call: Call,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const response = await outbound.fetch({
    // Both forms: some gateways heed only one of them.
    url: `${baseUrl}/ipfs/${cid}?format=raw`,
    headers: { Accept: RAW_BLOCK_TYPE },
    trust: "operator",
    maxBytes: contentLimits.blockBytes,
    timeoutMilliseconds: contentLimits.blockMilliseconds,
  }, call);
  if (response.status === 200) {
    return new Uint8Array(await new Response(response.body).arrayBuffer());
  }
  await response.body.cancel();
  if (response.status === 451) {
    throw new RefusedByOperatorError("Its operator does not serve this content.");
  }
  if (isNotThere(response.status)) return null;
  throw unexpected(response.status);
}

function carUrl(baseUrl: string, { root, path = "", scope, range }: DagRequest): string {
  const under = path === "" ? "" : `/${path.split("/").map(encodeURIComponent).join("/")}`;
  const bytes = range === undefined ? "" : `&entity-bytes=${range.start}:${lastByte(range)}`;
  return `${baseUrl}/ipfs/${root}${under}?format=car&dag-scope=${scope}${bytes}`;
}

/** A URL resolves these parts: a visitor could choose any path at the service, which may be a private one. */
function leadsElsewhere({ path = "" }: DagRequest): boolean {
  return path.split("/").some((part) => part === "." || part === "..");
}

function lastByte({ end }: NonNullable<DagRequest["range"]>): string {
  return end === undefined ? "*" : String(end - 1);
}

function isCar({ status, headers }: OutboundResponse): boolean {
  return status === 200 && (headers.get("Content-Type") ?? "").startsWith(CAR_TYPE);
}

/** What a service's operator refuses is not there either, and no failure of the service. */
function isNotThere(status: number): boolean {
  return [404, 410, 451].includes(status);
}

/** Says nothing of whether the service gives CARs. */
function isForNow(status: number): boolean {
  return status === 429 || (status >= 500 && status !== 501);
}

function unexpected(status: number): OurSpaceError {
  return new OurSpaceError(`It answered with status ${status}.`);
}
