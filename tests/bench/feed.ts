import { parseFeed } from "feedsmith";
import { completeFeed } from "../../gateway/feed/complete.ts";
import { decodeDocument } from "../../gateway/feed/decode.ts";
import { draftFromRss } from "../../gateway/feed/from_rss.ts";
import { readFeed } from "../../gateway/feed/read_feed.ts";
import { parseXml } from "../../gateway/feed/xml_tree.ts";
import { rss } from "../../gateway/render/rss.ts";
import { CALL } from "../support/content.ts";
import { feedDocument } from "../support/feed_documents.ts";
import { pageContext } from "../support/page_contexts.ts";
import { feedOf } from "../support/sample_feeds.ts";

const ROUNDS = 30;

/** What a feed costs by stage, from its bytes to RSS, by the time that feedsmith takes to parse it. */
export async function benchFeed(): Promise<string[]> {
  const lines: string[] = [];
  for (const posts of [50, 1_000]) lines.push(...await benchPosts(posts));
  return lines;
}

async function benchPosts(posts: number): Promise<string[]> {
  const page = await pageContext();
  const document = await feedDocument(await rss.render(feedOf(posts), page));
  const text = decodeDocument(document.bytes, "");
  const draft = draftFromRss(await parseXml(text, () => true, CALL));
  if (draft === undefined) throw new Error("the sample is no feed");
  const feed = await readFeed(document, CALL);

  const stages: Readonly<Record<string, () => unknown>> = {
    feedsmith: () => parseFeed(decodeDocument(document.bytes, "")),
    "decode and parse": async () =>
      draftFromRss(await parseXml(decodeDocument(document.bytes, ""), () => true, CALL)),
    "clean and sanitise": () => completeFeed(draft, null, CALL),
    "RSS": () => rss.render(feed, page),
    "all, from bytes to RSS": async () => rss.render(await readFeed(document, CALL), page),
  };
  const times = new Map(Object.keys(stages).map((name) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, run] of Object.entries(stages)) {
      const started = performance.now();
      await run();
      times.get(name)?.push(performance.now() - started);
    }
  }
  const parser = median(times.get("feedsmith") ?? []);
  return Object.keys(stages).slice(1).map((name) => {
    const taken = median(times.get(name) ?? []);
    const ratio = (taken / parser).toFixed(2);
    return `${posts} posts, ${name}: ${taken.toFixed(2)} ms, ${ratio} × of feedsmith's ${
      parser.toFixed(2)
    } ms`;
  });
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? NaN;
}

if (import.meta.main) {
  const lines = await benchFeed();
  await Deno.stdout.write(new TextEncoder().encode(`${lines.join("\n")}\n`));
}
