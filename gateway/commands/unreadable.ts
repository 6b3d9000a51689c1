import { OurSpaceError } from "../../schemas/errors.ts";

/** Why a file that somebody named cannot be read, in words for them. */
export function unreadable(path: string, cause: unknown): OurSpaceError {
  const missing = cause instanceof Deno.errors.NotFound;
  return new OurSpaceError(`${path} ${missing ? "does not exist" : "cannot be read"}.`, {
    remedy: missing
      ? "Check the path."
      : "Check that it is a file, who owns it, and its permissions.",
    cause,
  });
}
