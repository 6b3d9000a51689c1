import type { CID } from "multiformats/cid";
import { verifyContent } from "../resolver/content/verified.ts";
import type { Call } from "../resolver/contracts.ts";
import type { Outbound } from "../resolver/outbound/outbound.ts";
import { fetchRawBlock } from "../resolver/trustless.ts";

/** Whether a service gives a block, and the right one. Throws like `fetchRawBlock`. */
export async function holdsBlock(
  outbound: Outbound,
  baseUrl: string,
  cid: CID,
  call: Call,
): Promise<boolean> {
  const bytes = await fetchRawBlock(outbound, baseUrl, cid, call);
  return bytes !== null && verifyContent(cid, bytes) !== null;
}
