import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import project from "../deno.json" with { type: "json" };
import { pageAssets } from "./render/page_assets.ts";

/**
 * Names this build in ETags: after an update of the gateway no client is told that what it holds of
 * the former one is still the same.
 */
export const build: string = nameBuild();

function nameBuild(): string {
  const hash = sha256.create().update(new TextEncoder().encode(project.version));
  for (const { bytes } of pageAssets) hash.update(bytes);
  return bytesToHex(hash.digest().subarray(0, 5));
}
