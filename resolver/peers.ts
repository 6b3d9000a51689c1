import type { Setting } from "../schemas/setting.ts";
import { parseBaseUrls } from "./base_urls.ts";

/** Other nodes' base URLs without a slash at the end: they are asked for pointers and for blocks. */
export const peersSetting: Setting<readonly string[]> = {
  name: "PEERS",
  fallback: "",
  parse: (text) => parseBaseUrls("PEERS", text),
  meaning: "Other nodes' HTTP addresses, comma separated: pointer and block sources.",
  danger: "These hosts are reached even when they are private.",
  secret: false,
};
