import { CID } from "multiformats/cid";
import type { VerifiedPointer } from "../../schemas/pointer.ts";
import type { Transport } from "../contracts.ts";
import { ContentWrongError, NoRoadError } from "../errors.ts";
import { RAW } from "./cid.ts";
import type { FeedDocument, VerifiedContent } from "./content.ts";
import { readPieces } from "./file.ts";
import { createFolder, findLink, type FolderContext } from "./folder.ts";
import type { ContentLimits } from "./limits.ts";
import type { Reading } from "./reading.ts";
import type { Road } from "./road.ts";
import type { FileNode, FolderNode, ShardNode } from "./unixfs.ts";
import { concatenate } from "./verified.ts";

/** What a folder's feed may be called; the first that is there is the feed. */
export const FEED_NAMES = ["feed.xml", "index.xml", "rss.xml", "atom.xml", "feed.json"] as const;

/** The feed's document behind a pointer. Throws ContentUnreachableError, ContentWrongError. */
export async function readFeedDocument(
  pointer: VerifiedPointer,
  transports: readonly Transport[],
  reading: Reading,
  context: FolderContext,
): Promise<FeedDocument> {
  const cid = CID.parse(pointer.cid);
  const { limits } = context;
  if (cid.code === RAW) {
    const roads = pointer.locations.map((location) => roadTo(location, transports, limits));
    const { content, mediaType } = await reading.load(cid, roads);
    return { bytes: content, cid, name: "", folder: null, mediaType, roads: reading.roads() };
  }
  const node = await reading.loadNode(cid);
  if (node.kind === "file") {
    const bytes = await readWhole(node, reading, limits);
    return { bytes, cid, name: "", folder: null, mediaType: "", roads: reading.roads() };
  }
  const feed = await findFeed(node, reading);
  return {
    bytes: await readWhole(feed.node, reading, limits),
    cid: feed.cid,
    name: feed.name,
    folder: createFolder(cid, node, context),
    mediaType: "",
    roads: reading.roads(),
  };
}

/** A location is compared as a whole: it may be larger than a block, up to the limit for feeds. */
function roadTo(
  location: string,
  transports: readonly Transport[],
  { feedBytes }: ContentLimits,
): Road {
  return {
    name: location,
    maxBytes: feedBytes,
    async fetch(signal) {
      const transport = transports.find((transport) => transport.accepts(location));
      if (transport === undefined) throw noRoad(location);
      const { body, mediaType } = await transport.open(location, { signal });
      return { bytes: new Uint8Array(await new Response(body).arrayBuffer()), mediaType };
    },
  };
}

/**
 * BitTorrent is none: its libraries connect to whatever a magnet link names before anybody could vet
 * it, and most links name trackers over UDP alone.
 */
function noRoad(location: string): NoRoadError {
  return new NoRoadError(
    location.startsWith("magnet:")
      ? "This gateway does not use BitTorrent."
      : "This gateway has no road of this kind.",
  );
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
  limits: ContentLimits,
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
