import type { CID } from "multiformats/cid";
import { OurSpaceError } from "../schemas/errors.ts";
import { contentLimits } from "./content/limits.ts";
import type { Call } from "./contracts.ts";
import type { Outbound } from "./outbound/outbound.ts";

/** The media type of one block (IPFS Trustless Gateway specification). */
export const RAW_BLOCK_TYPE = "application/vnd.ipld.raw";

/**
 * Asks a service of the operator's choice for one block in the form of the IPFS Trustless Gateway
 * specification. The bytes are not verified. `null`: the service says that it has no such block.
 *
 * Throws OutboundError, or OurSpaceError when the service answers something else.
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
  // What a service's operator refuses is not there either, and no failure of the service.
  if ([404, 410, 451].includes(response.status)) return null;
  throw new OurSpaceError(`It answered with status ${response.status}.`);
}
