import type { VerifiedFolder } from "../../resolver/content/content.ts";
import type { Call } from "../../resolver/contracts.ts";
import { ContentWrongError, RefusedByOperatorError } from "../../resolver/errors.ts";

/** Where the files of a feed's folder are served: from each file's own CID. */
export interface FolderFiles {
  /** Looks paths up. What could not be reached now fails the whole: another try must give the same feed. */
  look(paths: Iterable<string>, call: Call): Promise<void>;
  /** The URL of a file that was looked up; nothing when there is no such file. */
  urlOf(path: string): string | undefined;
}

/** Different files that one feed may link to. The links beyond are dropped. */
const MAX_PATHS = 4_000;
const PARALLEL = 16;

/** Null for a feed that lies in no folder: then there are no files. */
export function createFolderFiles(folder: VerifiedFolder | null): FolderFiles {
  const urls = new Map<string, string | undefined>();

  async function lookUp(path: string, call: Call): Promise<string | undefined> {
    try {
      const found = await folder?.find(path, call) ?? null;
      if (found?.kind !== "file") return undefined;
      return `/ipfs/${found.cid}/${encodeURIComponent(found.name)}`;
    } catch (error) {
      // The folder's own block is bad for that path, and will be for everybody.
      if (error instanceof ContentWrongError) return undefined;
      if (error instanceof RefusedByOperatorError) return undefined;
      throw error;
    }
  }

  return {
    async look(paths, call) {
      const queue = [...paths].filter((path) => !urls.has(path))
        .slice(0, Math.max(0, MAX_PATHS - urls.size))[Symbol.iterator]();
      const work = async () => {
        for (const path of queue) urls.set(path, await lookUp(path, call));
      };
      await Promise.all(Array.from({ length: PARALLEL }, work));
    },
    urlOf: (path) => urls.get(path),
  };
}
