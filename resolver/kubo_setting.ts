import { OurSpaceError } from "../schemas/errors.ts";
import type { Setting } from "../schemas/setting.ts";
import { parseBaseUrls } from "./base_urls.ts";

/** The RPC address of a Kubo daemon without a slash at the end: blocks, and the public IPFS network. */
export const kuboSetting: Setting<string | null> = {
  name: "KUBO_RPC_URL",
  fallback: "",
  parse(text) {
    const [url, ...others] = parseBaseUrls(text);
    if (others.length > 0) {
      throw new OurSpaceError("It names more than one daemon.", {
        remedy: "Name one, e.g. http://127.0.0.1:5001.",
      });
    }
    return url ?? null;
  },
  meaning:
    "A Kubo daemon's RPC address, e.g. `http://127.0.0.1:5001`: blocks come from it, and nodes are " +
    "found through it.",
  danger: "Whoever reaches a Kubo RPC port controls that daemon: keep it on loopback.",
  secret: false,
};
