import type { CID } from "multiformats/cid";
import { OurSpaceError } from "../../schemas/errors.ts";
import type { Setting } from "../../schemas/setting.ts";
import { parseBaseUrls } from "../base_urls.ts";
import { contentLimits } from "../content/limits.ts";
import type { BlockSource, Call, Part } from "../contracts.ts";
import type { Outbound } from "../outbound/outbound.ts";

export const kuboSetting: Setting<string | null> = {
  name: "KUBO_RPC_URL",
  fallback: "",
  parse(text) {
    const [url, ...others] = parseBaseUrls("KUBO_RPC_URL", text);
    if (others.length > 0) {
      throw new OurSpaceError("KUBO_RPC_URL names more than one daemon.", {
        remedy: "Name one, e.g. http://127.0.0.1:5001.",
      });
    }
    return url ?? null;
  },
  meaning: "A Kubo daemon's RPC address, e.g. `http://127.0.0.1:5001`: blocks come from it.",
  danger: "Whoever reaches a Kubo RPC port controls that daemon: keep it on loopback.",
  secret: false,
};

/**
 * Kubo's own words for a block that neither it nor its peers have; it has no status or code for that.
 * With networking, a block that nobody has ends in a time-out instead.
 */
const NOT_FOUND = /not found|could not find/i;

/**
 * A Kubo daemon, by block, through its RPC (`/api/v0/block/get`). A daemon that is online fetches from
 * the IPFS network.
 *
 * The call is made here, because kubo-rpc-client buffers an answer of any size, needs permissions for
 * the environment, files and the system, and takes 85 ms to import.
 */
export const kuboBlocks: Part<BlockSource> = {
  id: "kubo",
  settings: [kuboSetting],
  create({ settings, outbound }) {
    const url = settings.get(kuboSetting);
    if (url === null) return Promise.resolve([]);
    return Promise.resolve([{
      id: "Kubo daemon",
      get: (cid, call) => getBlock(outbound, url, cid, call),
    }]);
  },
};

async function getBlock(
  outbound: Outbound,
  url: string,
  cid: CID,
  call: Call,
): Promise<Uint8Array<ArrayBuffer> | null> {
  // The daemon is told when to give up: it would search on after this side has left.
  const response = await outbound.fetch({
    url: `${url}/api/v0/block/get?arg=${cid}&timeout=${contentLimits.blockMilliseconds}ms`,
    method: "POST",
    trust: "operator",
    maxBytes: contentLimits.blockBytes,
    timeoutMilliseconds: contentLimits.blockMilliseconds,
  }, call);
  if (response.status === 200) {
    return new Uint8Array(await new Response(response.body).arrayBuffer());
  }
  const words = await new Response(response.body).text();
  if (response.status === 500 && NOT_FOUND.test(words)) return null;
  throw new OurSpaceError(`It answered with status ${response.status}.`);
}
