import type { CID } from "multiformats/cid";
import { RAW } from "../../../resolver/content/cid.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import { verifyContent } from "../../../resolver/content/verified.ts";
import type { Call } from "../../../resolver/contracts.ts";
import { isOnionHost } from "../../../schemas/location.ts";
import { describeFailure } from "./places/describe_failure.ts";
import type { Tools } from "./tools.ts";

const DEADLINE_MILLISECONDS = 15_000;
/** Until a service that has just been set up is found, its circuits built. */
const TOR_DEADLINE_MILLISECONDS = 60_000;

/** What locations are asked with; `tor` is null without TOR_SOCKS. */
type Clients = Pick<Tools, "outbound" | "tor">;

/**
 * What is wrong with the locations that a pointer is going to name: a sentence for each that does not
 * serve exactly this content now. They may be filled later, so nothing of it stops a publication.
 */
export async function checkLocations(
  locations: readonly string[],
  root: CID,
  clients: Clients,
  call: Call,
): Promise<readonly string[]> {
  if (locations.length > 0 && root.code !== RAW) {
    return ["Locations serve only a feed of a single file of up to 1 MiB: readers will skip them."];
  }
  const faults = await Promise.all(
    locations.filter(isCheckable).map(async (location) => {
      const fault = await servingFault(location, root, clients, call);
      return fault === "" ? [] : [`${location}: ${fault}`];
    }),
  );
  return faults.flat();
}

async function servingFault(
  url: string,
  root: CID,
  { outbound, tor }: Clients,
  call: Call,
): Promise<string> {
  const isOnion = isOnionHost(new URL(url).hostname);
  if (isOnion && tor === null) return "It was not checked; with TOR_SOCKS it would be.";
  try {
    const limits = { url, maxBytes: contentLimits.feedBytes };
    const response = isOnion && tor !== null
      ? await tor.fetch({
        ...limits,
        trust: "stranger",
        sameHostOnly: true,
        timeoutMilliseconds: TOR_DEADLINE_MILLISECONDS,
        headersMilliseconds: TOR_DEADLINE_MILLISECONDS,
      }, call)
      : await outbound.fetch({
        ...limits,
        trust: "operator",
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

/** Magnet links need another road than HTTP. */
function isCheckable(location: string): boolean {
  return /^https?:/.test(location);
}
