/** The longest tag that means something; BCP 47 names no limit. */
const MAX_LENGTH = 35;

/** A BCP 47 language tag in canonical form (`EN_us` → `en-US`), or nothing when it is none. */
export function readLanguage(text: string | undefined): string | undefined {
  if (text === undefined || text.length > MAX_LENGTH) return undefined;
  try {
    return Intl.getCanonicalLocales(text.trim().replaceAll("_", "-"))[0];
  } catch {
    return undefined;
  }
}
