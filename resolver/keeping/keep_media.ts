import { CID } from "multiformats/cid";
import type { StoringContentReader } from "../content/create.ts";
import type { FilePlace } from "../content/load_all.ts";
import type { Call } from "../contracts.ts";
import { NoRoomError } from "../errors.ts";
import { diskBytes } from "../node/disk_bytes.ts";
import type { PinningBlockStore } from "../node/node.ts";

/** Files of one feed that are kept; the latest posts' are first. */
const MAX_MEDIA = 200;

/** A file that a feed shows, and that lies outside of its pointer's content. */
export interface KeptMedium {
  /** A CID. */
  readonly root: string;
  /** See `FilePlace`. */
  readonly path: string;
  /** All of it is pinned and on the disk. */
  readonly held: boolean;
  /** What is pinned of it. */
  readonly blocks: number;
  readonly bytes: number;
}

/** Those to be kept, of all that a feed shows: what is a part of its own content is kept with that. */
export function mediaToKeep(
  places: readonly FilePlace[],
  isOwn: (root: CID) => boolean,
): readonly KeptMedium[] {
  return places.filter(({ root }) => !isOwn(root)).slice(0, MAX_MEDIA)
    .map(({ root, path }) => ({ root: root.toString(), path, held: false, blocks: 0, bytes: 0 }));
}

/** What keeping them works with. */
export interface KeepMediaOptions {
  readonly blocks: PinningBlockStore;
  readonly content: Pick<StoringContentReader, "loadFile">;
  /** The content that they are pinned with, and let go with. */
  readonly owner: CID;
  /** What all of them may take on the disk. */
  readonly maxBytes: number;
}

/**
 * Pins and loads those that are not held, one after the other. What could not be had goes to the end, so
 * that each has its turn before the call ends; it is verified, durable and counted like the feed's own
 * content. Resolves, also when the call ends, with how it is then.
 */
export async function keepMedia(
  media: readonly KeptMedium[],
  { blocks, content, owner, maxBytes }: KeepMediaOptions,
  call: Call,
): Promise<readonly KeptMedium[]> {
  let now = media;

  async function keepOne(medium: KeptMedium): Promise<KeptMedium> {
    const others = sumOf(now.filter((other) => other !== medium)).bytes;
    let kept = medium;
    try {
      const { outcome } = await content.loadFile(
        { root: CID.parse(medium.root), path: medium.path },
        {
          maxBytes: Math.max(0, maxBytes - others),
          takes: diskBytes,
          held: blocks.size,
          pin: (cid) => blocks.pin(cid, owner),
          keep: (cid, block) => blocks.put(cid, block, owner),
          onKept: (figures) => {
            // What earlier tries pinned stays pinned, however far this one comes.
            if (figures.bytes > kept.bytes) kept = { ...kept, ...figures };
          },
        },
        call,
      );
      return { ...kept, held: outcome === "whole" };
    } catch (error) {
      if (error instanceof NoRoomError) throw error;
      return kept;
    }
  }

  for (const medium of media.filter(({ held }) => !held)) {
    if (call.signal.aborted) break;
    try {
      const kept = await keepOne(medium);
      const others = now.filter((other) => other !== medium);
      now = kept.held ? now.map((other) => other === medium ? kept : other) : [...others, kept];
    } catch {
      // There is no room for any of them.
      break;
    }
  }
  return now;
}

/** What they take together. */
export function sumOf(media: readonly KeptMedium[]): { blocks: number; bytes: number } {
  return {
    blocks: media.reduce((sum, { blocks }) => sum + blocks, 0),
    bytes: media.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}
