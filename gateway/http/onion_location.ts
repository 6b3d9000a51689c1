import type { Site } from "./site.ts";

/**
 * Tells Tor Browser that the page can be had at an onion service too. It belongs to the page's own
 * headers, and not into a layer above: an answer that is kept is sent again with these alone.
 */
export function onionLocation({ onionLocation }: Site): Record<string, string> {
  return onionLocation === null ? {} : { "Onion-Location": onionLocation };
}
