import { CID } from "multiformats/cid";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { DagRequest } from "../contracts.ts";
import { ContentWrongError } from "../errors.ts";
import { RAW } from "./cid.ts";
import type { FeedDocument, VerifiedContent } from "./content.ts";
import { readPieces } from "./file.ts";
import { createFolder, findLink, type FolderContext } from "./folder.ts";
import { type Reading, roadsOf } from "./reading.ts";
import type { FileNode, FolderNode, ShardNode } from "./unixfs.ts";
import { concatenate } from "./verified.ts";

/** What a folder's feed may be called; the first that is there is the feed. */
export const FEED_NAMES = ["feed.xml", "index.xml", "rss.xml", "atom.xml", "feed.json"] as const;

/** What the reading of one pointer's feed works with. */
export interface FeedContext extends FolderContext {
  /** Begins a task that may load as many blocks as a feed needs: these, in one trip if possible. */
  startFeed(dag?: DagRequest): Reading;
}

/** The feed's document behind a pointer. Throws ContentUnreachableError, ContentWrongError. */
export async function readFeedDocument(
  pointer: VerifiedPointer,
  context: FeedContext,
): Promise<FeedDocument> {
  const cid = CID.parse(pointer.cid);
  // Nearly every folder's feed has the first name: one trip brings the folder and the feed.
  const likely: DagRequest = { root: cid, path: FEED_NAMES[0], scope: "entity" };
  using reading = context.startFeed(cid.code === RAW ? undefined : likely);
  if (cid.code === RAW) {
    const { content, mediaType } = await reading.load(cid);
    return { bytes: content, cid, name: "", folder: null, mediaType, roads: reading.roads() };
  }
  const node = await reading.loadNode(cid);
  if (node.kind === "file") {
    using whole = context.startFeed({ root: cid, scope: "all" });
    const bytes = await readWhole(node, whole, context);
    const roads = roadsOf(reading, whole);
    return { bytes, cid, name: "", folder: null, mediaType: "", roads };
  }
  const feed = await findFeed(node, reading);
  using other = context.startFeed({ root: feed.cid, scope: "all" });
  const bytes = await readWhole(feed.node, feed.name === FEED_NAMES[0] ? reading : other, context);
  const folder = createFolder(cid, node, context);
  const roads = roadsOf(reading, other);
  return { bytes, cid: feed.cid, name: feed.name, folder, mediaType: "", roads };
}

async function findFeed(folder: FolderNode | ShardNode, reading: Reading) {
  for (const name of FEED_NAMES) {
    const cid = await findLink(folder, [name], reading);
    if (cid === null) continue;
    const node = await reading.loadNode(cid);
    if (node.kind === "file") return { name, cid, node };
  }
  throw new ContentWrongError("The folder holds no feed.", {
    roads: reading.roads(),
    remedy: `Its publisher can name the feed ${FEED_NAMES.join(", ")}.`,
  });
}

async function readWhole(
  node: FileNode,
  reading: Reading,
  { limits }: FeedContext,
): Promise<VerifiedContent> {
  if (node.size > limits.feedBytes) {
    throw new ContentWrongError(
      `The feed has ${node.size} bytes; this gateway reads up to ${limits.feedBytes}.`,
      { roads: reading.roads() },
    );
  }
  const whole = { start: 0, end: node.size };
  return concatenate(await Array.fromAsync(readPieces(node, whole, reading, limits)));
}
