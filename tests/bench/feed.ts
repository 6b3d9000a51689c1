import { parseFeed } from "feedsmith";
import { completeFeed } from "../../gateway/feed/complete.ts";
import { decodeDocument } from "../../gateway/feed/decode.ts";
import { draftFromRss } from "../../gateway/feed/from_rss.ts";
import { readFeed } from "../../gateway/feed/read_feed.ts";
import { parseXml } from "../../gateway/feed/xml_tree.ts";
import { createHtmlRenderer } from "../../gateway/render/html.ts";
import { feedStylesheet } from "../../gateway/render/page_assets.ts";
import { rss } from "../../gateway/render/rss.ts";
import { createXsltEngine, type XsltEngine } from "../../gateway/render/xslt.ts";
import { CALL } from "../support/content.ts";
import { feedDocument } from "../support/feed_documents.ts";
import { pageContext } from "../support/page_contexts.ts";
import { feedOf } from "../support/sample_feeds.ts";
import { median, time } from "./measure.ts";
import { xsltprocTime } from "./xsltproc.ts";

const ROUNDS = 20;

/**
 * What a feed costs by stage, from its bytes to the page, by what a bare feed parser (feedsmith) and
 * xsltproc take for it together, which sanitise nothing and look no link up.
 */
export async function benchFeed(): Promise<string[]> {
  const xslt = createXsltEngine({ stylesheet: feedStylesheet });
  const lines: string[] = [];
  try {
    for (const posts of [50, 1_000]) lines.push(...await benchPosts(posts, xslt));
  } finally {
    xslt.close();
  }
  return lines;
}

async function benchPosts(posts: number, xslt: XsltEngine): Promise<string[]> {
  const page = await pageContext();
  const document = await feedDocument(await rss.render(feedOf(posts), page));
  const text = decodeDocument(document.bytes, "");
  const draft = draftFromRss(await parseXml(text, () => true, CALL));
  if (draft === undefined) throw new Error("the sample is no feed");
  const feed = await readFeed(document, CALL);
  const xml = await rss.render(feed, page);
  const html = createHtmlRenderer({ rss, xslt });

  const native = await xsltprocTime(feedStylesheet, xml);
  if (native === null) return [`feed of ${posts} posts: xsltproc is not installed`];
  const bareParser = () => parseFeed(decodeDocument(document.bytes, ""));
  const stages: Readonly<Record<string, () => unknown>> = {
    "decode and parse": async () =>
      draftFromRss(await parseXml(decodeDocument(document.bytes, ""), () => true, CALL)),
    "clean and sanitise": () => completeFeed(draft, null, CALL),
    "RSS": () => rss.render(feed, page),
    "stylesheet on all of the RSS": () => xslt.transform(xml, CALL),
    "all, from bytes to page": async () => html.render(await readFeed(document, CALL), page),
  };
  const parserTimes: number[] = [];
  const times = new Map(Object.keys(stages).map((name) => [name, [] as number[]]));
  for (let round = 0; round < ROUNDS; round++) {
    parserTimes.push(await time(bareParser));
    for (const [name, run] of Object.entries(stages)) times.get(name)?.push(await time(run));
  }
  const unit = median(parserTimes) + native;
  return [...times].map(([name, taken]) => {
    const [ratio, milliseconds] = [median(taken) / unit, median(taken)];
    return `feed of ${posts} posts, ${name}: ${ratio.toFixed(2)} × of feedsmith + xsltproc (${
      milliseconds.toFixed(1)
    } by ${unit.toFixed(1)} ms)`;
  });
}
