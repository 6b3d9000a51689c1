import { parseName } from "../../schemas/name.ts";
import type { Setting } from "../../schemas/setting.ts";
import { parseBaseUrls } from "../base_urls.ts";

/** Other nodes' base URLs without a slash at the end: they are asked for pointers and for blocks. */
export const peersSetting: Setting<readonly string[]> = {
  name: "PEERS",
  fallback: "",
  parse: parseBaseUrls,
  meaning: "Other nodes' HTTP addresses, comma separated: pointer and block sources.",
  danger: "These hosts are reached even when they are private.",
  secret: false,
};

/**
 * What a peer, and no other, is called in reports that strangers read: by its address, or, where that
 * has no public domain, by its place in the list. The addresses of an operator's own network are
 * nobody else's business.
 */
export function peerName(base: string, place: number): string {
  const { host, hostname, pathname } = new URL(base);
  try {
    parseName(hostname);
    return `peer ${host}${pathname}`.replace(/\/$/, "");
  } catch {
    return `peer ${place + 1}`;
  }
}
