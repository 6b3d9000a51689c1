import { join } from "node:path";
import { OurSpaceError } from "../../schemas/errors.ts";

/** The platform's folder for an application's data: XDG, macOS and Windows conventions. */
export function platformDataFolder(
  system: typeof Deno.build.os,
  environment: Readonly<Record<string, string | undefined>>,
): string {
  const home = environment["HOME"] ?? environment["USERPROFILE"];
  const local = environment["LOCALAPPDATA"];
  if (system === "windows" && local) return join(local, "OurSpace");
  const xdg = environment["XDG_DATA_HOME"];
  if (system !== "darwin" && xdg?.startsWith("/")) return join(xdg, "ourspace");
  if (!home) {
    throw new OurSpaceError("There is no home folder to keep the node's data in.", {
      remedy: "Set DATA_DIR to a folder that this program may write to.",
    });
  }
  return system === "darwin"
    ? join(home, "Library", "Application Support", "OurSpace")
    : join(home, ".local", "share", "ourspace");
}
