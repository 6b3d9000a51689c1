/** The longest tag that means something; BCP 47 names no limit. */
const MAX_LENGTH = 35;

/**
 * A BCP 47 language tag in canonical form (`EN_us` → `en-US`), or nothing when it is none. Its extensions are
 * left out: a calendar or a private subtag is no language, and such a tag has no name (`Intl` throws).
 */
export function readLanguage(text: string | undefined): string | undefined {
  if (text === undefined || text.length > MAX_LENGTH) return undefined;
  try {
    return new Intl.Locale(text.trim().replaceAll("_", "-")).baseName;
  } catch {
    return undefined;
  }
}
