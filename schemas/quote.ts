/** A stranger's text inside a message: quoted, on one line, at most 80 characters of it. */
export function quote(text: string): string {
  return JSON.stringify(text.length > 80 ? `${text.slice(0, 80)}…` : text);
}
