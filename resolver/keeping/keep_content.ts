import { CID } from "multiformats/cid";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { StoringContentReader } from "../content/create.ts";
import type { Figures } from "../content/tally.ts";
import type { Call } from "../contracts.ts";
import { ContentWrongError, NoRoomError } from "../errors.ts";
import { diskBytes } from "../node/disk_bytes.ts";
import type { PinningBlockStore } from "../node/node.ts";

/** What keeping one pointer's content works with. */
export interface KeepContentOptions {
  readonly blocks: PinningBlockStore;
  readonly content: Pick<StoringContentReader, "loadAll">;
  /** What it may take on the disk. */
  readonly maxBytes: number;
  /** Told how far it is. */
  readonly onProgress: (figures: Figures) => void;
}

/** How it ended. */
export interface KeptContent extends Figures {
  /**
   * `held`: all of it is pinned and on the disk. `too-large` and `no-room`: its beginning is, the feed
   * first. `incomplete`: another try may succeed. `wrong`: none will.
   */
  readonly outcome: "held" | "incomplete" | "too-large" | "no-room" | "wrong";
  /** For people; empty when it is held. */
  readonly reason: string;
  /** Whether it is a part of what is kept. */
  readonly holds: (cid: CID) => boolean;
}

/**
 * Pins everything behind a pointer, and loads what is not here. A block is pinned before it is written, and
 * the whole counts as held only when every block is durable: killed at any moment, what was pinned
 * is there, and the next try goes on from it. Throws the signal's reason.
 */
export async function keepContent(
  pointer: VerifiedPointer,
  { blocks, content, maxBytes, onProgress }: KeepContentOptions,
  call: Call,
): Promise<KeptContent> {
  const root = CID.parse(pointer.cid);
  let figures: Figures = { blocks: 0, bytes: 0 };
  let holds: KeptContent["holds"] = () => false;
  const ended = (outcome: KeptContent["outcome"], reason: string) => ({
    outcome,
    reason,
    holds,
    ...figures,
  });
  try {
    const loaded = await content.loadAll(pointer, {
      maxBytes,
      takes: diskBytes,
      held: blocks.size,
      pin: (cid) => blocks.pin(cid, root),
      keep: (cid, block) => blocks.put(cid, block, root),
      onKept: (kept) => onProgress(figures = kept),
    }, call);
    const { outcome, cause } = loaded;
    holds = loaded.holds;
    if (outcome === "too-large") {
      return ended("too-large", `It takes more than ${maxBytes} bytes.`);
    }
    if (outcome === "missing") return ended("incomplete", words(cause));
    blocks.pins.complete(root);
    return ended("held", "");
  } catch (error) {
    call.signal.throwIfAborted();
    if (error instanceof NoRoomError) return ended("no-room", words(error));
    return ended(error instanceof ContentWrongError ? "wrong" : "incomplete", words(error));
  }
}

function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
