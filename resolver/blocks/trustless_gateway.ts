import type { Setting } from "../../schemas/setting.ts";
import { parseBaseUrls } from "../base_urls.ts";
import type { BlockSource, Part } from "../contracts.ts";
import { RefusedByOperatorError } from "../errors.ts";
import { trustlessSource } from "../trustless.ts";

/** The first is run by the makers of Kubo and Helia; both serve raw blocks at a path to everybody. */
const PUBLIC_GATEWAYS = "https://trustless-gateway.net,https://4everland.io";

export const trustlessGatewaysSetting: Setting<readonly string[]> = {
  name: "TRUSTLESS_GATEWAYS",
  fallback: PUBLIC_GATEWAYS,
  fallbackMeaning: "well-known public ones",
  parse: parseBaseUrls,
  meaning: "IPFS trustless gateways, comma separated: they are asked for blocks.",
  danger: "These hosts learn which content is read here, and are reached even when private.",
  secret: false,
};

/** IPFS by way of HTTP gateways, which need not be trusted: every block is hashed. */
export const trustlessGatewayBlocks: Part<BlockSource> = {
  id: "trustless-gateways",
  settings: [trustlessGatewaysSetting],
  create: ({ settings, outbound, clock }) =>
    Promise.resolve(
      settings.get(trustlessGatewaysSetting).map((baseUrl) => {
        const id = `gateway ${new URL(baseUrl).host}`;
        const source = trustlessSource({ id, baseUrl, outbound, clock });
        return { ...source, get: (cid, call) => source.get(cid, call).catch(noneWhenRefused) };
      }),
    ),
};

/** What the operator of a public service does not serve is not there, and means nothing for this gateway. */
function noneWhenRefused(error: unknown): null {
  if (error instanceof RefusedByOperatorError) return null;
  throw error;
}
