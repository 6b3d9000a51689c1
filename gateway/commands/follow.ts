import { resolve } from "node:path";
import type { Call } from "../../resolver/contracts.ts";
import { OurSpaceError } from "../../schemas/errors.ts";
import type { Name } from "../../schemas/name.ts";
import { OPML_MAX_LENGTH, readOpml } from "../opml/read.ts";
import { type FollowArguments, parseFollowArguments } from "./follow/arguments.ts";
import { type Follows, openFollows } from "./follow/follows.ts";
import { type Command, HELP_CHANGES, runCommand } from "./follow/run_command.ts";
import type { Terminal } from "./publish/terminal.ts";
import { unreadable } from "./unreadable.ts";
import type { Tools } from "./publish/tools.ts";

/** `deno task follow`. */
export const followCommand: Command<FollowArguments> = {
  help:
    `Follow feeds: this node keeps them whole, up to date, and serves them when their publishers are gone.

  deno task follow <wallet address or domain> …
  deno task follow --opml FILE      everybody in a list of subscriptions, as feed readers export it

${HELP_CHANGES}`,
  parse: parseFollowArguments,

  async run({ names, opml }, tools, call) {
    const imported = opml === null ? [] : await importList(opml, tools, call);
    await using follows = await openFollows(tools, call);
    const all = [...names, ...imported];
    let followed = 0;
    for (const name of all) {
      if (await followOne(name, follows, tools.terminal, call)) followed += 1;
    }
    if (follows.url === null && followed > 0) {
      tools.terminal.note("No node runs: what is followed is fetched at its next start.");
    }
    return followed === all.length;
  },
};

/** What could not be followed keeps nobody else from being. */
async function followOne(
  name: Name,
  follows: Follows,
  terminal: Terminal,
  call: Call,
): Promise<boolean> {
  try {
    const { identity, known } = await follows.add(name, call);
    const whom = name.kind === "identity" ? name.text : `${name.text} (${identity})`;
    terminal.result(known ? `Followed already: ${whom}` : `Following ${whom}`);
    return true;
  } catch (error) {
    call.signal.throwIfAborted();
    if (!(error instanceof OurSpaceError)) throw error;
    terminal.note(`Not followed: ${name.text}. ${error.message} ${error.remedy}`.trimEnd());
    return false;
  }
}

async function importList(
  path: string,
  { terminal, environment }: Tools,
  call: Call,
): Promise<readonly Name[]> {
  // Tasks run in the project's folder, wherever they are called from.
  const place = resolve(environment["INIT_CWD"] ?? Deno.cwd(), path);
  const { names, skipped } = await readOpml(await readList(place, path), call);
  for (const { title, reason } of skipped) terminal.note(`Left out: ${title}. ${reason}`);
  if (names.length === 0) {
    throw new OurSpaceError(`${path} names no feed of a wallet.`, {
      remedy: "Feeds are known by addresses like https://gateway.example/0x…/feed.xml.",
    });
  }
  return names;
}

async function readList(place: string, path: string): Promise<string> {
  try {
    const { size } = await Deno.stat(place);
    if (size <= OPML_MAX_LENGTH) return await Deno.readTextFile(place);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  throw new OurSpaceError(`${path} is larger than ${OPML_MAX_LENGTH} bytes.`, {
    remedy: "Divide the list.",
  });
}

if (import.meta.main) await runCommand(followCommand);
