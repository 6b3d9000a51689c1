import type { CID } from "multiformats/cid";
import { RAW } from "../../../resolver/content/cid.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import { verifyContent } from "../../../resolver/content/verified.ts";
import type { Call } from "../../../resolver/contracts.ts";
import type { Outbound } from "../../../resolver/outbound/outbound.ts";
import { describeFailure } from "./places/describe_failure.ts";

const DEADLINE_MILLISECONDS = 15_000;

/**
 * What is wrong with the locations that a pointer is going to name: a sentence for each that does not
 * serve exactly this content now. They may be filled later, so nothing of it stops a publication.
 */
export async function checkLocations(
  locations: readonly string[],
  root: CID,
  outbound: Outbound,
  call: Call,
): Promise<readonly string[]> {
  if (locations.length > 0 && root.code !== RAW) {
    return ["Locations serve only a feed of a single file of up to 1 MiB: readers will skip them."];
  }
  const faults = await Promise.all(
    locations.filter(isCheckable).map(async (location) => {
      const fault = await servingFault(location, root, outbound, call);
      return fault === "" ? [] : [`${location}: ${fault}`];
    }),
  );
  return faults.flat();
}

async function servingFault(
  url: string,
  root: CID,
  outbound: Outbound,
  call: Call,
): Promise<string> {
  try {
    const response = await outbound.fetch({
      url,
      trust: "operator",
      maxBytes: contentLimits.feedBytes,
      timeoutMilliseconds: DEADLINE_MILLISECONDS,
    }, call);
    const bytes = await new Response(response.body).bytes();
    if (response.status !== 200) return `It answers with status ${response.status}.`;
    return await verifyContent(root, bytes) === null
      ? "It serves something else than what you sign."
      : "";
  } catch (error) {
    call.signal.throwIfAborted();
    return describeFailure(error).message;
  }
}

/** Onion services and magnet links need other roads than plain HTTP. */
function isCheckable(location: string): boolean {
  return /^https?:/.test(location) && !new URL(location).hostname.endsWith(".onion");
}
