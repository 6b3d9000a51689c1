import type { NodeOptions } from "../../resolver/node/open_node.ts";
import {
  maxBlockBytesSetting,
  maxPointerBytesSetting,
  maxPointersSetting,
} from "../../resolver/node/settings.ts";
import type { Settings } from "../../schemas/setting.ts";

/** What the node may hold: the same for whoever opens it, so that no command makes room as it likes. */
export function nodeLimits(settings: Settings): Pick<NodeOptions, "quota" | "maxBlockBytes"> {
  return {
    quota: {
      pointers: settings.get(maxPointersSetting),
      bytes: settings.get(maxPointerBytesSetting),
    },
    maxBlockBytes: settings.get(maxBlockBytesSetting),
  };
}
