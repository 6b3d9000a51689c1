/** The opposite of XML 1.0 (fifth edition) section 2.2, "Char"; an unpaired surrogate is no character. */
const NOT_A_CHARACTER = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;

/** Removes what no XML document may contain, not even as a reference. */
export function xmlCharacters(text: string): string {
  return text.replace(NOT_A_CHARACTER, "");
}
