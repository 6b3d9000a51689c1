import type { FeedDocument, VerifiedFolder } from "../../../resolver/content/content.ts";
import { createContentReader } from "../../../resolver/content/create.ts";
import type { Dag } from "../../../resolver/content/dag_builder.ts";
import { concatenate } from "../../../resolver/content/verified.ts";
import type { Call, Clock } from "../../../resolver/contracts.ts";
import { PathNotFoundError } from "../../../resolver/errors.ts";
import type { Feed } from "../../../schemas/feed.ts";
import { readFeed } from "../../feed/read_feed.ts";

/** A feed as readers will get it. */
export interface CheckedFeed {
  readonly feed: Feed;
  /** Relative links and pictures of the feed that the folder has no file for. */
  readonly missing: readonly string[];
}

/**
 * Reads the feed out of the content in the very way that gateways do, before anybody else sees it.
 * `feedName`: the file in the folder; empty for content that is the feed's file itself.
 * Throws ContentWrongError that says why gateways would refuse it.
 */
export async function checkFeed(
  dag: Dag,
  feedName: string,
  clock: Clock,
  call: Call,
): Promise<CheckedFeed> {
  const reader = createContentReader({
    blockSources: [{ id: "this machine", local: true, get: (cid, get) => dag.get(cid, get) }],
    transports: [],
    store: null,
    clock,
    report: (error) => {
      throw error;
    },
  });
  const folder = feedName === "" ? null : await reader.open(dag.root, "", call);
  const file = await reader.open(dag.root, feedName, call);
  if (file.kind === "folder") throw new PathNotFoundError(`${feedName} is a folder.`);
  const bytes = concatenate(await Array.fromAsync(file.read(call)));
  const missing = new Set<string>();
  const document: FeedDocument = {
    bytes,
    cid: file.cid,
    name: file.name,
    folder: folder?.kind === "folder" ? noticing(folder, (path) => missing.add(path)) : null,
    mediaType: "",
    roads: [],
  };
  return { feed: await readFeed(document, call), missing: [...missing].sort() };
}

/** The folder, telling of every path that is looked for in vain. */
function noticing(folder: VerifiedFolder, onMissing: (path: string) => void): VerifiedFolder {
  return {
    ...folder,
    async find(path, call) {
      const found = await folder.find(path, call);
      if (found === null) onMissing(path);
      return found;
    },
  };
}
