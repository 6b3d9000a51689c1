import type { Setting } from "../../schemas/setting.ts";

export const denylistSetting: Setting<readonly string[]> = {
  name: "DENYLIST",
  fallback: "",
  parse: parsePaths,
  meaning:
    "Files with the wallets, domains and CIDs that are not served, comma separated; the later file " +
    "counts more. Read again when they change.",
  danger: "A line that is not understood counts for nothing: the log says how many there are.",
  secret: false,
};

export const allowlistSetting: Setting<readonly string[]> = {
  name: "ALLOWLIST",
  fallback: "",
  fallbackMeaning: "everybody is served",
  parse: parsePaths,
  meaning: "Files with the only wallets and domains that are served, comma separated.",
  danger: "Whatever is in no list, the welcome feed too, is refused.",
  secret: false,
};

function parsePaths(text: string): readonly string[] {
  return text.split(",").map((path) => path.trim()).filter((path) => path !== "");
}
