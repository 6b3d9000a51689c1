import { OurSpaceError } from "../../schemas/errors.ts";
import type { Setting } from "../../schemas/setting.ts";

/** A setting's value. Throws an OurSpaceError that names the variable and the form it should have. */
export function parseSetting<T>(setting: Setting<T>, text: string): T {
  try {
    return setting.parse(text);
  } catch (cause) {
    const reason = cause instanceof OurSpaceError ? cause : null;
    throw new OurSpaceError(
      `The setting ${setting.name} cannot be used: ${reason?.message ?? "It has no known form."}`,
      reason === null
        ? { remedy: setting.meaning, cause }
        : { remedy: reason.remedy, cause: reason.cause },
    );
  }
}
