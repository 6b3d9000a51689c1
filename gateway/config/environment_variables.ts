import { OurSpaceError } from "../../schemas/errors.ts";

/** An env file is a page of lines. */
const ENV_FILE_LIMIT = 64 * 1024;

/**
 * The process's environment variables over those of `.env` in the current folder, if there is one. Throws
 * OurSpaceError when it cannot be read.
 */
export async function environmentVariables(): Promise<Record<string, string | undefined>> {
  return { ...await envFile(".env"), ...withoutNpmsNode(Deno.env.toObject()) };
}

/**
 * npm, and so npx, gives every program a variable `NODE`: the path of Node.js. That is not what
 * somebody means who sets ours.
 */
export function withoutNpmsNode(variables: Record<string, string>): Record<string, string> {
  const { NODE, ...others } = variables;
  return NODE === undefined || NODE === variables["npm_node_execpath"]
    ? others
    : { ...others, NODE };
}

/** The variables of an env file; none where there is no such file. Throws OurSpaceError. */
export async function envFile(path: string): Promise<Record<string, string | undefined>> {
  try {
    const text = Deno.readTextFileSync(path).slice(0, ENV_FILE_LIMIT);
    // Takes 6 ms to load, a fifth of a cold start.
    const { parseEnv } = await import("node:util");
    return parseEnv(text);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw new OurSpaceError(`The settings in ${path} cannot be read.`, {
      remedy: "Let this program read the file, or move away what has its name.",
      cause: error,
    });
  }
}
