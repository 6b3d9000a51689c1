import { parseEnv } from "node:util";

/** An env file is a page of lines. */
const ENV_FILE_LIMIT = 64 * 1024;

/**
 * The process's environment variables over those of `.env` in the current folder, if there is one.
 */
export function environmentVariables(): Record<string, string | undefined> {
  return { ...envFile(".env"), ...Deno.env.toObject() };
}

function envFile(path: string): Record<string, string | undefined> {
  try {
    return parseEnv(Deno.readTextFileSync(path).slice(0, ENV_FILE_LIMIT));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return {};
    throw error;
  }
}
