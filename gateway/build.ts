import project from "../deno.json" with { type: "json" };
import { pageAssets } from "./render/page_assets.ts";

/**
 * Names this build in ETags: after an update of the gateway no client is told that what it holds of
 * the former one is still the same. Hashed by the runtime, which a cold start has already.
 */
export const build: string = await nameBuild();

async function nameBuild(): Promise<string> {
  const parts = [project.version, ...pageAssets.map(({ bytes }) => bytes)];
  const digest = await crypto.subtle.digest("SHA-256", await new Blob(parts).arrayBuffer());
  return new Uint8Array(digest, 0, 5).toHex();
}
