import type { CID } from "multiformats/cid";
import { CAR_TYPE, readCar } from "../../../resolver/content/car_reader.ts";
import { RAW } from "../../../resolver/content/cid.ts";
import { contentLimits } from "../../../resolver/content/limits.ts";
import { verifyContent } from "../../../resolver/content/verified.ts";
import type { Call } from "../../../resolver/contracts.ts";
import type { OutboundResponse } from "../../../resolver/outbound/outbound.ts";
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
    const limits = {
      url,
      maxBytes: root.code === RAW ? contentLimits.feedBytes : contentLimits.locationCarBytes,
    };
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
    if (response.status !== 200) {
      await response.body.cancel();
      return `It answers with status ${response.status}.`;
    }
    const type = response.headers.get("Content-Type") ?? "";
    return root.code === RAW && !type.startsWith(CAR_TYPE)
      ? await bytesFault(response, root)
      : await carFault(response, root);
  } catch (error) {
    call.signal.throwIfAborted();
    return describeFailure(error).message;
  }
}

async function bytesFault({ body }: OutboundResponse, root: CID): Promise<string> {
  const content = verifyContent(root, await new Response(body).bytes());
  return content === null ? "It serves something else than what you sign." : "";
}

/** The root's block shows that it is the right one: `--car` writes all others before it. */
async function carFault({ body }: OutboundResponse, root: CID): Promise<string> {
  const { roots, blocks } = await readCar(body);
  const isRooted = roots.length === 1 && roots[0]?.equals(root) === true;
  let found = false;
  for await (const { cid, bytes } of blocks) {
    if (verifyContent(cid, bytes) === null) return "Its CAR holds a wrong block.";
    found ||= cid.equals(root);
  }
  return isRooted && found ? "" : "It serves something else than what you sign.";
}

/** Magnet links need another road than HTTP. */
function isCheckable(location: string): boolean {
  return /^https?:/.test(location);
}
