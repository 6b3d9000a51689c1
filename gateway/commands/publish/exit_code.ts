import { OurSpaceError } from "../../../schemas/errors.ts";
import { WrongArgumentsError } from "./arguments.ts";
import type { Terminal } from "./terminal.ts";

const DONE = 0;
const FAILED = 1;
const WRONG_ARGUMENTS = 2;
/** 128 and the number of SIGINT, as shells have it. */
export const STOPPED = 130;

/** Runs a command, and says what went wrong: the message, then what to do; never a stack trace. */
export async function exitCode(
  terminal: Terminal,
  stopped: AbortSignal,
  run: () => Promise<boolean>,
): Promise<number> {
  try {
    return await run() ? DONE : FAILED;
  } catch (error) {
    if (stopped.aborted) {
      terminal.note("Stopped. What was stored so far does no harm.");
      return STOPPED;
    }
    const [first, ...more] = messages(error);
    terminal.note(`Error: ${first}`);
    for (const line of more) terminal.note(line);
    return error instanceof WrongArgumentsError ? WRONG_ARGUMENTS : FAILED;
  }
}

function messages(error: unknown): string[] {
  if (error instanceof OurSpaceError) {
    return [error.message, ...(error.remedy === "" ? [] : [error.remedy])];
  }
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof Deno.errors.PermissionDenied) {
    return [message, "Check who owns that file or folder, and its permissions."];
  }
  return [message, "This was not foreseen. Publishing again is safe."];
}
