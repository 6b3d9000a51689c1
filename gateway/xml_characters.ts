/** The opposite of XML 1.0 (fifth edition) section 2.2, "Char"; an unpaired surrogate is no character. */
const NOT_A_CHARACTER = /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu;
/** The same by UTF-16 units, which says nothing of surrogates but takes a third of the time. */
const NOT_A_UNIT = /[^\t\n\r\u0020-\uFFFD]/;

/** Removes what no XML document may contain, not even as a reference. */
export function xmlCharacters(text: string): string {
  const isClean = text.isWellFormed() && !NOT_A_UNIT.test(text);
  return isClean ? text : text.replace(NOT_A_CHARACTER, "");
}
