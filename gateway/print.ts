import { OurSpaceError } from "../schemas/errors.ts";

const encoder = new TextEncoder();

/** Writes a line for the person who started the program. */
export function printLine(line: string): void {
  Deno.stdout.writeSync(encoder.encode(`${line}\n`));
}

/** Writes a line about something that went wrong. */
export function printProblem(line: string): void {
  Deno.stderr.writeSync(encoder.encode(`${line}\n`));
}

/**
 * What an operator needs of an error: an error of ours as its message and remedy, with the messages of
 * its causes; anything else with its stack, because nobody expected it.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const own = error instanceof OurSpaceError ? told(error) : error.stack ?? error.message;
  return own + causes(error, own);
}

function told({ message, remedy }: OurSpaceError): string {
  return `${message} ${remedy}`.trim();
}

/** Some messages end with their cause's: nothing is said twice. */
function causes({ cause }: Error, said: string): string {
  if (cause === undefined) return "";
  const own = cause instanceof OurSpaceError
    ? told(cause)
    : cause instanceof Error
    ? cause.message
    : String(cause);
  const line = said.includes(own) ? "" : `\n  because: ${own}`;
  return cause instanceof Error ? line + causes(cause, said + line) : line;
}
