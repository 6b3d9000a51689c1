import type { CID } from "multiformats/cid";
import { RAW } from "../../../resolver/content/cid.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import type { Settings } from "../../../schemas/setting.ts";
import { onionUrlSetting } from "../../config/onion_url.ts";
import type { PublishArguments } from "./arguments.ts";

/**
 * The arguments with the location that `--onion` stands for: where this very node, behind its onion
 * service, serves the content; `root` is null when there is none. Throws OurSpaceError when no service is
 * known.
 */
export function withOnionLocation(
  args: PublishArguments,
  root: CID | null,
  settings: Settings,
): PublishArguments {
  if (args.onion === null || root === null) return args;
  const origin = args.onion === "configured" ? settings.get(onionUrlSetting) : args.onion;
  if (origin === null) {
    throw new OurSpaceError("--onion names no onion service, and ONION_URL none either.", {
      remedy: "Write --onion http://….onion, or set ONION_URL.",
    });
  }
  const format = root.code === RAW ? "raw" : "car";
  const location = `${origin}/ipfs/${root}?format=${format}`;
  if (args.locations.includes(location)) return args;
  return { ...args, locations: [...args.locations, location] };
}
