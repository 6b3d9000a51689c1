import { trustlessGatewaysSetting } from "../../../../resolver/blocks/trustless_gateway.ts";
import type { Call } from "../../../../resolver/contracts.ts";
import type { PreparedContent } from "../content.ts";
import type { Tools } from "../tools.ts";
import { holdsBlock } from "../../../holds_block.ts";

/**
 * The trustless gateways that can give the content's root block already. Only those that the user
 * named are asked: the public ones would look for it for long, and in vain without an IPFS daemon.
 */
export async function gatewaysWith(
  content: PreparedContent | null,
  { environment, settings, outbound }: Tools,
  call: Call,
): Promise<readonly string[]> {
  if (content === null || environment[trustlessGatewaysSetting.name] === undefined) return [];
  const { root } = content.dag;
  const found = await Promise.all(
    settings.get(trustlessGatewaysSetting).map(async (gateway) => {
      const holds = await holdsBlock(outbound, gateway, root, call).catch(() => false);
      return holds ? [`the gateway ${new URL(gateway).host}`] : [];
    }),
  );
  call.signal.throwIfAborted();
  return found.flat();
}
