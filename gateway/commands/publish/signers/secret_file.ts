import { OurSpaceError } from "../../../../schemas/errors.ts";
import { unreadable } from "../../unreadable.ts";
import type { Terminal } from "../terminal.ts";

/** A key, a password or a keystore file; anything longer was named by mistake. */
const MAX_BYTES = 65_536;
/** Permissions of others than the owner (POSIX). */
const OTHERS = 0o077;

/** Reads a file that holds a secret; warns when others can read it too. Throws OurSpaceError. */
export async function readSecretFile(path: string, terminal: Terminal): Promise<string> {
  const { size, mode, isFile } = await Deno.stat(path).catch((cause) => {
    throw unreadable(path, cause);
  });
  if (!isFile) throw new OurSpaceError(`${path} is no file.`);
  if (size > MAX_BYTES) {
    throw new OurSpaceError(`${path} is too large to be a key, a keystore or a password.`);
  }
  if (mode !== null && (mode & OTHERS) !== 0) {
    terminal.note(`Warning: others on this machine can read ${path}. Mend it: chmod 600 ${path}`);
  }
  return await Deno.readTextFile(path).catch((cause) => {
    throw unreadable(path, cause);
  });
}
