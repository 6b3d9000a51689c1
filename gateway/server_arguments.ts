import type { ServerKind } from "./run_server.ts";

/** What is said instead of starting, and the exit status. */
export interface ArgumentsAnswer {
  readonly lines: readonly string[];
  readonly code: 0 | 2;
}

const SERVERS: Readonly<Record<ServerKind["what"], { task: string; help: string }>> = {
  gateway: { task: "start", help: "Run a gateway, with a node of its own unless NODE=off." },
  node: {
    task: "node",
    help: "Run a node alone: it keeps pointers and content, and shows no feeds.",
  },
};

const SETTINGS = [
  "The settings are environment variables, or lines of a .env file in the current folder. README.md",
  "explains each; the lines that it prints at its start say what they are.",
];

/**
 * `start` and `node` have settings and no arguments: an option that was passed over in silence, like
 * `--port`, would start something else than was meant. Null: there are none.
 */
export function answerArguments(
  what: ServerKind["what"],
  args: readonly string[],
): ArgumentsAnswer | null {
  if (args.length === 0) return null;
  const { task, help } = SERVERS[what];
  if (args.every((word) => word === "--help" || word === "-h")) {
    return { lines: [help, "", `  deno task ${task}`, "", ...SETTINGS], code: 0 };
  }
  return { lines: [`\`deno task ${task}\` takes no arguments.`, ...SETTINGS], code: 2 };
}
