import { OurSpaceError } from "../../schemas/errors.ts";
import { replaceFile } from "./replace_file.ts";

const TOKEN_BYTES = 32;

/** The folder's admin token: made once, by the folder's holder, and readable by its owner only. */
export async function openAdminToken(
  dataDir: string,
  randomBytes: (length: number) => Uint8Array,
): Promise<string> {
  const held = await readAdminToken(dataDir);
  if (held !== null) return held;
  const token = randomBytes(TOKEN_BYTES).toHex();
  await replaceFile(pathIn(dataDir), new TextEncoder().encode(`${token}\n`));
  return token;
}

/** For a command that talks to the running node of this folder. Null: no node has run here yet. */
export async function readAdminToken(dataDir: string): Promise<string | null> {
  let text: string;
  try {
    text = await Deno.readTextFile(pathIn(dataDir));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
  const token = text.trim();
  if (/^[0-9a-f]{64}$/.test(token)) return token;
  throw new OurSpaceError(`${pathIn(dataDir)} holds no admin token.`, {
    remedy: "Delete the file: the next start makes a new token.",
  });
}

function pathIn(dataDir: string): string {
  return `${dataDir}/admin-token`;
}
