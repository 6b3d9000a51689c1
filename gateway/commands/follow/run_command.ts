import type { Call } from "../../../resolver/contracts.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import { environmentVariables } from "../../config/environment_variables.ts";
import { describeError } from "../../print.ts";
import { processTerminal, type Terminal } from "../publish/terminal.ts";
import { createTools, type Tools } from "../publish/tools.ts";
import { WrongCommandError } from "./arguments.ts";

const DONE = 0;
const FAILED = 1;
const WRONG_COMMAND = 2;
/** 128 and the number of SIGINT, as shells have it. */
const STOPPED = 130;

/** What `--help` of the commands around following ends with. */
const HELP_END = `The settings are those of the gateway.

Exit status: 0 done, 1 not all of it, 2 wrong arguments, 130 stopped.`;

/** Where a command that changes who is followed does so, for its `--help`. */
export const HELP_CHANGES =
  `The node that runs on this machine is told, or else its data folder is changed: its next
start then goes on with it.`;

/** One of the commands around following. */
export interface Command<Arguments> {
  readonly help: string;
  /** Null: `--help`. Throws WrongCommandError. */
  parse(args: readonly string[]): Arguments | null;
  /** False: not all of it could be done, and the terminal was told why. */
  run(args: Arguments, tools: Tools, call: Call): Promise<boolean>;
}

/** From the arguments to the exit status; never a stack trace for what was foreseen. */
export async function exitStatus<Arguments>(
  command: Command<Arguments>,
  words: readonly string[],
  terminal: Terminal,
  { environment, signal }: Call & { environment: () => Promise<Tools["environment"]> },
): Promise<number> {
  try {
    const args = command.parse(words);
    if (args === null) {
      terminal.result(`${command.help}\n\n${HELP_END}`);
      return DONE;
    }
    const tools = createTools(await environment(), terminal);
    return await command.run(args, tools, { signal }) ? DONE : FAILED;
  } catch (error) {
    if (signal.aborted) {
      terminal.note("Stopped.");
      return STOPPED;
    }
    const told = error instanceof OurSpaceError
      ? `${error.message} ${error.remedy}`.trim()
      : describeError(error);
    terminal.note(`Error: ${told}`);
    return error instanceof WrongCommandError ? WRONG_COMMAND : FAILED;
  }
}

/** Runs it with this process's arguments, and ends the process. */
export async function runCommand<Arguments>(command: Command<Arguments>): Promise<never> {
  const stop = new AbortController();
  Deno.addSignalListener("SIGINT", () => stop.signal.aborted ? Deno.exit(STOPPED) : stop.abort());
  const context = { environment: environmentVariables, signal: stop.signal };
  Deno.exit(await exitStatus(command, Deno.args, processTerminal(), context));
}
