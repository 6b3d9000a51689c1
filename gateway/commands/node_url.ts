import type { Settings } from "../../schemas/setting.ts";
import { hostSetting, portSetting, publicUrlSetting } from "../config/settings.ts";
import { listeningOrigin } from "../listening_origin.ts";

/**
 * Where the node's pages are, or will be when it runs; no slash at the end. `running`: where it answers now,
 * or null.
 */
export function nodeUrl(settings: Settings, running: string | null): string {
  const listening = { hostname: settings.get(hostSetting), port: settings.get(portSetting) };
  return settings.get(publicUrlSetting) ?? running ?? listeningOrigin(listening);
}
