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
 * What an operator needs of an error: an error of ours as its message and remedy, with its causes;
 * anything else with its stack, because nobody expected it.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const remedy = "remedy" in error && typeof error.remedy === "string" ? ` ${error.remedy}` : "";
  const own = "remedy" in error ? `${error.message}${remedy}` : error.stack ?? error.message;
  return error.cause === undefined ? own : `${own}\n  because: ${describeError(error.cause)}`;
}
