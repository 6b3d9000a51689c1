/** What JSON leaves as it is: control characters, line ends, and what turns the direction of writing. */
const MISLEADING = /[\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * A stranger's text inside a message: quoted, on one line, at most 80 characters of it. Nothing in it commands
 * the terminal that shows the message, or turns what stands beside it around.
 */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text)
    .replace(
      MISLEADING,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}
