import { knowsPeers } from "../../resolver/network/known_peers.ts";
import { bootstrapSetting, dhtMdnsSetting } from "../../resolver/network/settings.ts";
import type { Node } from "../../resolver/node/node.ts";
import { peersSetting } from "../../resolver/peers/setting.ts";
import type { Settings } from "../../schemas/setting.ts";

/** True when the settings name nodes to join, or the node has met some before. */
export function seeksOthers(settings: Settings, node: Node | null): boolean {
  return settings.get(bootstrapSetting).length > 0 || settings.get(peersSetting).length > 0 ||
    settings.get(dhtMdnsSetting) || (node !== null && knowsPeers(node.keyValues));
}
