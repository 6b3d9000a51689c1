import { blockSources } from "../../resolver/blocks/mod.ts";
import { dnsSetting } from "../../resolver/dns/setting.ts";
import { nameSystems } from "../../resolver/names/mod.ts";
import {
  maxBlockBytesSetting,
  maxFollowedBytesSetting,
  maxPointerBytesSetting,
  maxPointersSetting,
} from "../../resolver/node/settings.ts";
import { allowPrivateSetting } from "../../resolver/outbound/setting.ts";
import { allowlistSetting, denylistSetting } from "../../resolver/rules/settings.ts";
import { pointerSources } from "../../resolver/sources/mod.ts";
import { transports } from "../../resolver/transports/mod.ts";
import { OurSpaceError } from "../../schemas/errors.ts";
import type { Setting, Settings } from "../../schemas/setting.ts";
import { onionUrlSetting } from "./onion_url.ts";
import { parseSetting } from "./parse_setting.ts";
import {
  dataFolderSetting,
  hostSetting,
  ipfsOpenSetting,
  nodeSetting,
  portSetting,
  publicUrlSetting,
} from "./settings.ts";

/**
 * The one table of settings: the gateway's own, and those that the parts in the resolver's lists
 * declare beside their code. README.md's table is tested against it.
 */
export const settingsTable: readonly Setting<unknown>[] = [
  ...new Set<Setting<unknown>>([
    hostSetting,
    portSetting,
    publicUrlSetting,
    onionUrlSetting,
    dataFolderSetting,
    nodeSetting,
    maxPointersSetting,
    maxPointerBytesSetting,
    maxBlockBytesSetting,
    maxFollowedBytesSetting,
    dnsSetting,
    allowPrivateSetting,
    denylistSetting,
    allowlistSetting,
    ipfsOpenSetting,
    ...[...nameSystems, ...pointerSources, ...transports, ...blockSources]
      .flatMap((part) => part.settings),
  ]),
];

/** Characters; longer texts are refused before they are parsed. */
const SETTING_MAX_LENGTH = 16_384;

/** The settings' values, and how each came to be, for people. */
export interface Config extends Settings {
  readonly entries: readonly ConfigEntry[];
}

/** One line of the start-up text. */
export interface ConfigEntry {
  readonly name: string;
  /** Never a secret's value. */
  readonly shown: string;
  /** Whether the environment sets it to something else than the default. */
  readonly given: boolean;
}

/**
 * Reads every setting once. Unset means the fallback; set but empty means "none", where there can be none.
 * Throws an OurSpaceError that names the variable and the form it should have.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  fallbacks: ReadonlyMap<Setting<unknown>, string> = new Map(),
): Config {
  const values = new Map<Setting<unknown>, unknown>();
  const entries: ConfigEntry[] = [];
  for (const setting of settingsTable) {
    const given = environment[setting.name]?.trim();
    const fallback = fallbacks.get(setting) ?? setting.fallback;
    const text = given ?? fallback;
    if (text.length > SETTING_MAX_LENGTH) {
      throw new OurSpaceError(
        `The setting ${setting.name} is longer than ${SETTING_MAX_LENGTH} characters.`,
        { remedy: "Shorten it." },
      );
    }
    const value = parseSetting(setting, text);
    values.set(setting, value);
    // Where there cannot be none, empty is the default.
    const isDefault = given === undefined ||
      (given === "" && (fallback === "" || value === parseSetting(setting, fallback)));
    const written = isDefault ? inWords(setting, fallback) : text;
    const shown = setting.secret && text !== "" ? "set" : written;
    entries.push({ name: setting.name, shown: shown || "none", given: !isDefault });
  }
  return {
    entries,
    get<T>(setting: Setting<T>): T {
      if (!values.has(setting)) throw new Error(`${setting.name} is missing in the settings table`);
      return values.get(setting) as T;
    },
  };
}

/** As in README.md, without its marks. */
function inWords({ fallbackMeaning }: Setting<unknown>, fallback: string): string {
  return fallbackMeaning?.replaceAll("`", "") ?? fallback;
}
