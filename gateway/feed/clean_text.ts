import { escapeHtml } from "../escape_html.ts";
import { xmlCharacters } from "../xml_characters.ts";

/** Text on one line, of at most so many UTF-16 units; nothing when there is none. */
export function cleanText(text: string | undefined, maxLength: number): string | undefined {
  if (text === undefined) return undefined;
  const line = xmlCharacters(text.slice(0, 4 * maxLength)).replace(/\s+/g, " ").trim();
  if (line.length <= maxLength) return line === "" ? undefined : line;
  // A cut may fall between the two halves of a character.
  return `${xmlCharacters(line.slice(0, maxLength - 1)).trimEnd()}…`;
}

/** HTML that shows a text: empty lines part paragraphs. */
export function paragraphs(text: string): string {
  return escapeHtml(text.trim()).split(/(?:\r?\n[ \t]*){2,}/)
    .map((paragraph) => `<p>${paragraph.replace(/\r?\n/g, "<br>")}</p>`)
    .join("");
}
