import type { Name } from "../../schemas/name.ts";
import { parseUnfollowArguments } from "./follow/arguments.ts";
import { openFollows } from "./follow/follows.ts";
import { type Command, HELP_CHANGES, runCommand } from "./follow/run_command.ts";

/** `deno task unfollow`. */
export const unfollowCommand: Command<readonly Name[]> = {
  help: `Follow feeds no longer: what is kept of them makes room when room is needed.

  deno task unfollow <wallet address or domain> …

${HELP_CHANGES}`,
  parse: parseUnfollowArguments,

  async run(names, tools, call) {
    await using follows = await openFollows(tools, call);
    let done = true;
    for (const name of names) {
      const removed = await follows.remove(name, call);
      if (removed) tools.terminal.result(`Followed no longer: ${name.text}`);
      else tools.terminal.note(`Not followed: ${name.text}`);
      done &&= removed;
    }
    return done;
  },
};

if (import.meta.main) await runCommand(unfollowCommand);
