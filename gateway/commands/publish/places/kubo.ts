import { uploadToKubo } from "../../../../resolver/kubo_upload.ts";
import type { Outbound } from "../../../../resolver/outbound/outbound.ts";
import type { ContentTarget } from "./place.ts";

/** The Kubo daemon of the settings. */
export function kuboTarget(url: string, outbound: Outbound): ContentTarget {
  return {
    name: "the Kubo daemon",
    store: (dag, call, onStored) => uploadToKubo(dag, url, outbound, call, onStored),
  };
}
