import type { SourceFile } from "../../../resolver/content/dag_builder.ts";
import type { Call } from "../../../resolver/contracts.ts";
import { OurSpaceError } from "../../../schemas/errors.ts";
import { LARGEST_SECRET_BYTES, secretReason } from "./secrets.ts";

/** A folder with more is published by mistake (a home folder, a repository): about 10 MB of nodes. */
const MAX_FILES = 100_000;
/** Deeper folders are loops or mistakes; readers stop at some depth too. */
const MAX_DEPTH = 32;

/** What a folder has to publish, and what stays out. */
export interface FolderFiles {
  /** Sorted by path. */
  readonly files: readonly SourceFile[];
  readonly leftOut: readonly { readonly path: string; readonly reason: string }[];
}

/**
 * The files of a folder and of the folders in it. Left out: hidden ones, links, special files, names
 * that an IPFS path cannot carry, what looks like a key, and the `excluded` absolute paths.
 */
export async function listFolder(
  folder: string,
  excluded: readonly string[],
  call: Call,
): Promise<FolderFiles> {
  const files: SourceFile[] = [];
  const leftOut: { path: string; reason: string }[] = [];

  async function visit(path: string, depth: number): Promise<void> {
    for await (const entry of Deno.readDir(joinPath(folder, path))) {
      call.signal.throwIfAborted();
      const child = joinPath(path, entry.name);
      const reason = reasonToLeaveOut(entry, joinPath(folder, child), excluded);
      if (reason !== null) leftOut.push({ path: child, reason });
      else if (entry.isDirectory) {
        if (depth >= MAX_DEPTH) throw tooMuch(`${child} is more than ${MAX_DEPTH} folders deep`);
        await visit(child, depth + 1);
      } else {
        if (files.length >= MAX_FILES) throw tooMuch(`${folder} has more than ${MAX_FILES} files`);
        const secret = await secretIn(joinPath(folder, child), entry.name);
        if (secret !== null) leftOut.push({ path: child, reason: secret });
        else files.push(await sourceFile(joinPath(folder, child), child));
      }
    }
  }

  await visit("", 1);
  return { files: files.sort(byPath), leftOut: leftOut.sort(byPath) };
}

/** A file on the disk, read piece by piece; `path` is what it is called in the published content. */
export async function sourceFile(location: string, path: string): Promise<SourceFile> {
  const { size } = await Deno.stat(location);
  return {
    path,
    size,
    async read(start, end) {
      using file = await Deno.open(location);
      await file.seek(start, Deno.SeekMode.Start);
      const bytes = new Uint8Array(end - start);
      let filled = 0;
      while (filled < bytes.byteLength) {
        const count = await file.read(bytes.subarray(filled));
        if (count === null) break;
        filled += count;
      }
      return bytes.subarray(0, filled);
    },
  };
}

function reasonToLeaveOut(
  entry: Deno.DirEntry,
  location: string,
  excluded: readonly string[],
): string | null {
  if (entry.name.startsWith(".")) return "hidden";
  if (excluded.includes(location)) return "it is a secret, or the node's data";
  if (entry.isSymlink) return "a link to another file; copy the file itself";
  if (!entry.isDirectory && !entry.isFile) return "no ordinary file";
  // The importer reads a backslash before a slash as an escape; the rest makes unusable URLs.
  if (/[\\\p{Cc}\ufffd]/u.test(entry.name)) return "its name has characters that URLs cannot carry";
  return null;
}

/** Why a file looks like a key, or null. */
export async function secretIn(location: string, name: string): Promise<string | null> {
  const { size } = await Deno.stat(location);
  const text = size <= LARGEST_SECRET_BYTES ? await Deno.readTextFile(location) : "";
  return secretReason(name, text);
}

function joinPath(folder: string, name: string): string {
  return folder === "" ? name : `${folder.replace(/\/+$/, "")}/${name}`;
}

function byPath(a: { path: string }, b: { path: string }): number {
  return a.path < b.path ? -1 : a.path > b.path ? 1 : 0;
}

function tooMuch(message: string): OurSpaceError {
  return new OurSpaceError(message, {
    remedy: "Name the folder that holds only your feed and its files.",
  });
}
