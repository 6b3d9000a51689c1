import { parseArgs, type ParseArgsOptionDescriptor } from "node:util";
import { OurSpaceError } from "../../../schemas/errors.ts";
import { type Name, parseName } from "../../../schemas/name.ts";

/** The command line cannot be understood, or names what is no name. */
export class WrongCommandError extends OurSpaceError {
  override name = "WrongCommandError";
}

/** What `follow` is asked for: names, or a list of them. */
export interface FollowArguments {
  readonly names: readonly Name[];
  /** The path of a list of subscriptions. */
  readonly opml: string | null;
}

/** What `following` is asked for. */
export interface FollowingArguments {
  readonly form: "lines" | "json" | "opml";
}

/** Null: `--help`. Throws WrongCommandError, like the others. */
export function parseFollowArguments(args: readonly string[]): FollowArguments | null {
  const parsed = parse("follow", args, { opml: { type: "string" } });
  if (parsed === null) return null;
  const opml = parsed.values["opml"] ?? null;
  if (opml === "" || opml === null && parsed.words.length === 0) {
    throw wrong("follow", "No name is given, and no --opml file");
  }
  return { names: names(parsed.words), opml: opml === null ? null : String(opml) };
}

/** The names to follow no longer; null: `--help`. */
export function parseUnfollowArguments(args: readonly string[]): readonly Name[] | null {
  const parsed = parse("unfollow", args, {});
  if (parsed === null) return null;
  if (parsed.words.length === 0) throw wrong("unfollow", "No name is given");
  return names(parsed.words);
}

/** Null: `--help`. */
export function parseFollowingArguments(args: readonly string[]): FollowingArguments | null {
  const parsed = parse("following", args, { json: { type: "boolean" }, opml: { type: "boolean" } });
  if (parsed === null) return null;
  const { json = false, opml = false } = parsed.values;
  if (parsed.words.length > 0) throw wrong("following", "It takes no names");
  if (json && opml) throw wrong("following", "Choose one of --json and --opml");
  return { form: json ? "json" : opml ? "opml" : "lines" };
}

interface Parsed {
  readonly values: Readonly<Record<string, unknown>>;
  readonly words: readonly string[];
}

function parse(
  command: string,
  args: readonly string[],
  options: Readonly<Record<string, ParseArgsOptionDescriptor>>,
): Parsed | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { ...options, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    return values.help ? null : { values: { ...values }, words: positionals };
  } catch (cause) {
    // Node's own message goes on with advice about `--`.
    const reason = cause instanceof Error ? cause.message.split(/\.(?: |$)/)[0] : "";
    throw wrong(command, reason || "The arguments cannot be read", cause);
  }
}

function names(words: readonly string[]): readonly Name[] {
  try {
    return words.map(parseName);
  } catch (cause) {
    if (!(cause instanceof OurSpaceError)) throw cause;
    throw new WrongCommandError(cause.message, { remedy: cause.remedy });
  }
}

function wrong(command: string, message: string, cause?: unknown): WrongCommandError {
  const remedy = `\`deno task ${command} --help\` shows how it is written.`;
  return new WrongCommandError(`${message}.`, { remedy, cause });
}
