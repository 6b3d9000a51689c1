import { writeOpml } from "../opml/write.ts";
import { type FollowingArguments, parseFollowingArguments } from "./follow/arguments.ts";
import { followingLines } from "./follow/following_lines.ts";
import { openFollows } from "./follow/follows.ts";
import { type Command, runCommand } from "./follow/run_command.ts";
import { nodeUrl } from "./node_url.ts";

/** `deno task following`. */
export const followingCommand: Command<FollowingArguments> = {
  help: `Whom this node follows, and what it holds of them.

  deno task following             a table
  deno task following --json      the same for programs
  deno task following --opml      a list of subscriptions for feed readers, and for \`follow --opml\`

The node that runs on this machine is asked, or else its data folder is read.`,
  parse: parseFollowingArguments,

  async run({ form }, tools, call) {
    const { terminal, settings, clock } = tools;
    await using follows = await openFollows(tools, call);
    const feeds = await follows.all(call);
    switch (form) {
      case "json":
        terminal.result(asciiJson(feeds));
        return true;
      case "opml": {
        const origin = nodeUrl(settings, follows.url);
        terminal.exact(new TextDecoder().decode(writeOpml(feeds, origin)));
        return true;
      }
      case "lines": {
        const running = follows.url !== null;
        for (const line of followingLines(feeds, { now: clock(), running })) terminal.result(line);
        return true;
      }
    }
  },
};

/** A terminal that it is shown on may obey what strangers wrote into their feeds' titles. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value, null, 2).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

if (import.meta.main) await runCommand(followingCommand);
