import { parseArgs } from "node:util";
import { type Name, parseName } from "../../../schemas/name.ts";
import { MalformedNameError, OurSpaceError } from "../../../schemas/errors.ts";

/** What the command line asks for. */
export interface ResolveArguments {
  readonly name: Name;
  /** The report as JSON, for programs. */
  readonly json: boolean;
}

/** The command line cannot be understood, or names what is no name. */
export class WrongQuestionError extends OurSpaceError {
  override name = "WrongQuestionError";
}

/** What `--help` prints. */
export const HELP = `Look a name up, and see who answered what.

  deno task resolve <wallet address or domain> [--json]

The node that runs on this machine is asked, if one does; otherwise PEERS and, with BOOTSTRAP or nodes
known from before, the pointer network are asked from here. Caches are passed by.

Exit status: 0 found, 1 not found, 2 wrong arguments or no name, 3 nobody could be asked,
4 refused by the rules of DENYLIST or ALLOWLIST, 130 stopped.`;

/** Null: `--help`. Throws WrongQuestionError. */
export function parseResolveArguments(args: readonly string[]): ResolveArguments | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: { json: { type: "boolean" }, help: { type: "boolean", short: "h" } },
      allowPositionals: true,
    });
    if (values.help) return null;
    const [written, ...more] = positionals;
    if (written === undefined) throw new WrongQuestionError("No name is given.");
    if (more.length > 0) throw new WrongQuestionError("One name is looked up at a time.");
    return { name: parseName(written), json: values.json ?? false };
  } catch (cause) {
    if (cause instanceof MalformedNameError) {
      throw new WrongQuestionError(cause.message, { remedy: cause.remedy });
    }
    // Node's own message goes on with advice about `--`.
    const reason = cause instanceof Error ? cause.message.split(/\.(?: |$)/)[0] : "";
    throw new WrongQuestionError(`${reason || "The arguments cannot be read"}.`, {
      remedy: "`deno task resolve --help` shows how it is written.",
    });
  }
}
