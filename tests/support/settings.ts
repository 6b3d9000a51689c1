import type { Settings } from "../../schemas/setting.ts";

/** Settings as an environment gives them; what it lacks has its default. */
export function settingsOf(environment: Readonly<Record<string, string>>): Settings {
  return { get: (setting) => setting.parse(environment[setting.name] ?? setting.fallback) };
}
