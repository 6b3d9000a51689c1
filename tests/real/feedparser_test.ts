import assert from "node:assert/strict";
import { readFeed } from "../../gateway/feed/read_feed.ts";
import { atom } from "../../gateway/render/atom.ts";
import { rss } from "../../gateway/render/rss.ts";
import type { Feed, Item } from "../../schemas/feed.ts";
import { CALL } from "../support/content.ts";
import { feedDocument } from "../support/feed_documents.ts";
import { pageContext } from "../support/page_contexts.ts";
import { run } from "../support/run.ts";
import { emptyFeed, gardenFeed, unruledFeed } from "../support/sample_feeds.ts";
import { temporaryFolder } from "../support/temporary.ts";
import { realTest } from "../support/tools.ts";

const VECTORS = new URL("../vectors/feeds/", import.meta.url);

/** What feedparser made of each file; `bozo` tells of XML that is not well-formed. */
interface Parsed {
  readonly bozo: string;
  readonly version: string;
  readonly entries: readonly Entry[];
}

interface Entry {
  readonly id: string;
  readonly link: string;
  /** Year, month, day, hour, minute, second and more. */
  readonly published: readonly number[] | null;
  readonly content: string;
  readonly enclosures: readonly string[];
}

const PARSE = `
import sys, json, feedparser
feedparser.SANITIZE_HTML = False
def read(path):
    parsed = feedparser.parse(path)
    return {
        "bozo": repr(parsed.get("bozo_exception", "")),
        "version": parsed.version,
        "entries": [{
            "id": entry.get("id", ""),
            "link": entry.get("link", ""),
            "published": entry.get("published_parsed"),
            "content": entry.content[0].value if "content" in entry else entry.get("summary", ""),
            "enclosures": [enclosure.href for enclosure in entry.get("enclosures", [])],
        } for entry in parsed.entries],
    }
print(json.dumps([read(path) for path in sys.argv[1:]]))
`;

async function vectorFeeds(): Promise<Feed[]> {
  const feeds: Feed[] = [];
  for (const { name } of Deno.readDirSync(VECTORS)) {
    if (!name.endsWith(".feed.json")) continue;
    feeds.push(JSON.parse(await Deno.readTextFile(new URL(name, VECTORS))));
  }
  return feeds;
}

realTest(
  "feedparser-python",
  "feedparser finds our RSS and Atom well-formed, and in them what was put in",
  async (_, python) => {
    await using folder = await temporaryFolder();
    const feeds = [gardenFeed, unruledFeed, emptyFeed, ...await vectorFeeds()];
    const page = await pageContext();
    for (const renderer of [rss, atom]) {
      const files: string[] = [];
      for (const [index, feed] of feeds.entries()) {
        files.push(`${folder.path}/${renderer.id}${index}.xml`);
        await Deno.writeFile(files.at(-1) ?? "", await renderer.render(feed, page));
      }
      const parsed: Parsed[] = JSON.parse(await run(python, ["-c", PARSE, ...files]));
      for (const [index, found] of parsed.entries()) {
        const feed = feeds[index];
        assert.ok(feed);
        assert.equal(found.bozo, "''");
        assert.equal(found.version, renderer === rss ? "rss20" : "atom10");
        assert.equal(found.entries.length, feed.items.length);
        for (const [place, entry] of found.entries.entries()) {
          const item: Item | undefined = feed.items[place];
          assert.ok(item);
          assertSame(entry, item, renderer === rss);
        }
      }
    }
  },
);

/** RSS has the guid as it is, and one enclosure. */
function assertSame(entry: Entry, item: Item, isRss: boolean): void {
  if (isRss) assert.equal(entry.id, item.guid);
  assert.match(entry.link, /^https?:\/\//);
  assert.equal(
    entry.enclosures.length,
    isRss && item.enclosures.length > 0 ? 1 : item.enclosures.length,
  );
  if (item.html !== undefined) assert.deepEqual(words(entry.content), words(item.html));
  if (item.published === undefined) return;
  const [year = 0, month = 0, ...rest] = entry.published ?? [];
  const published = Date.UTC(year, month - 1, ...rest.slice(0, 4));
  assert.equal(published, Math.floor(Date.parse(item.published) / 1_000) * 1_000);
}

function words(html: string): string[] {
  return html.replace(/<[^>]*>/g, " ").match(/\p{L}{3,}/gu) ?? [];
}

realTest(
  "feedparser-python",
  "feedparser and this gateway read the same items from feeds in the wild's shapes",
  async (_, python) => {
    const names = ["rss_blog.xml", "rss_podcast.xml", "rss_10.rdf", "atom_blog.xml", "atom_03.xml"];
    const files = names.map((name) => new URL(name, VECTORS).pathname);
    const parsed: Parsed[] = JSON.parse(await run(python, ["-c", PARSE, ...files]));
    for (const [index, found] of parsed.entries()) {
      const bytes = await Deno.readFile(files[index] ?? "");
      const feed = await readFeed(await feedDocument(bytes), CALL);
      const written = (guids: readonly string[]) => guids.filter((guid) => guid !== "").sort();
      assert.deepEqual(
        written(found.entries.map(({ id, link }) => id || link)),
        written(feed.items.map(({ guid }) => guid)),
      );
    }
  },
);
