/** Longer texts are pages, not messages. */
const MAX_CHARACTERS = 300;

/** Another program's words, fit for a terminal or a log: one line, no control characters, bounded. */
export function plainWords(text: string): string {
  return text.slice(0, 4 * MAX_CHARACTERS).replace(/[\p{Cc}\p{Cf}]+/gu, " ").trim()
    .slice(0, MAX_CHARACTERS);
}
