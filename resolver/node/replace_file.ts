import { dirname } from "node:path";

/**
 * Puts a whole file in place, owner-only, in one step: a reader sees the old bytes or the new ones, and,
 * unless it need not be durable, what was put in place survives a power cut. `temporary` lies on the same
 * file system.
 */
export async function replaceFile(
  path: string,
  bytes: Uint8Array,
  { temporary = `${path}.new`, durable = true }: { temporary?: string; durable?: boolean } = {},
): Promise<void> {
  const file = await Deno.open(temporary, {
    create: true,
    truncate: true,
    write: true,
    mode: 0o600,
  });
  try {
    let written = 0;
    while (written < bytes.length) written += await file.write(bytes.subarray(written));
    if (durable) await file.sync();
  } finally {
    file.close();
  }
  await Deno.rename(temporary, path);
  if (durable) await syncFolder(dirname(path));
}

/** Makes durable what was put in place without that. */
export async function syncFile(path: string): Promise<void> {
  using file = await Deno.open(path, { read: true, write: true });
  await file.sync();
  await syncFolder(dirname(path));
}

/** Makes a rename durable. Windows has no such call and writes its journal by itself. */
async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  const folder = await Deno.open(path);
  try {
    await folder.sync();
  } finally {
    folder.close();
  }
}
