/** Control and formatting characters, bidi overrides among them, what is no character, and line ends. */
const NOT_SHOWN = /[\p{C}\p{Z}]+/gu;

/** Marks that stand upon one letter: no script needs more than these, and more reach into other lines. */
const MARKS = /(\p{M}{2})\p{M}+/gu;

/** The first character that may take two columns (Unicode Standard Annex #11). */
const FIRST_WIDE = 0x1100;

/**
 * A stranger's text for a line of a terminal: nothing in it moves the cursor, changes colours or turns what
 * stands beside it around, and it takes at most so many columns.
 */
export function terminalText(text: string, columns: number): string {
  const line = text.slice(0, 16 * columns).replace(NOT_SHOWN, " ").replace(MARKS, "$1").trim();
  if (width(line) <= columns) return line;
  let shown = "";
  for (const character of line) {
    // A column is left for the mark that something is missing.
    if (width(shown + character) >= columns) break;
    shown += character;
  }
  return `${shown.trimEnd()}…`;
}

/** At least the columns that it takes: some of the narrow characters count as wide ones. */
function width(text: string): number {
  let columns = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    columns += (character.codePointAt(0) ?? 0) < FIRST_WIDE ? 1 : 2;
  }
  return columns;
}
