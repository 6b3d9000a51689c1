import assert from "node:assert/strict";
import { json } from "../../../gateway/render/json.ts";
import type { Feed } from "../../../schemas/feed.ts";
import { pageContext, type PageContextFields } from "../../support/page_contexts.ts";
import { emptyFeed, gardenFeed, unruledFeed } from "../../support/sample_feeds.ts";

async function render(feed: Feed, fields: PageContextFields = {}) {
  return JSON.parse(new TextDecoder().decode(await json.render(feed, await pageContext(fields))));
}

Deno.test("the feed has what JSON Feed 1.1 knows", async () => {
  const feed = await render(gardenFeed, { domain: "alice.example" });
  assert.equal(feed.version, "https://jsonfeed.org/version/1.1");
  assert.equal(feed.title, gardenFeed.title);
  assert.equal(feed.home_page_url, "https://garden.example/");
  assert.equal(feed.feed_url, "https://gateway.example/alice.example/feed.json");
  assert.equal(feed.language, "en");
  assert.deepEqual(feed.authors, [
    { name: "Alice Underhill", url: "https://garden.example/about" },
  ]);
  const [article, note, episode, film] = feed.items;
  assert.equal(article.id, "urn:sample:0");
  assert.equal(article.url, "https://garden.example/pears");
  assert.equal(article.date_published, "2026-10-30T00:00:00.000Z");
  assert.equal(article.date_modified, "2026-10-31T09:00:00.000Z");
  assert.deepEqual(article.tags, ["fruit", "weather & luck"]);
  assert.match(article.content_html, /<img src="https:\/\/gateway\.example\/ipfs\//);
  assert.equal("title" in note, false);
  assert.match(note.url, /^https:\/\/gateway\.example\/alice\.example\/posts\/sample/);
  assert.deepEqual(episode.attachments[0], {
    url: "https://gateway.example" + gardenFeed.items[2]?.enclosures[0]?.url,
    mime_type: "audio/mpeg",
    title: "Talking to bees",
    size_in_bytes: 48_211_003,
    duration_in_seconds: 3_722,
  });
  assert.match(film.image, /^https:\/\/gateway\.example\/ipfs\//);
});

Deno.test("every item has an id that is text, and content", async () => {
  for (const feed of [gardenFeed, unruledFeed]) {
    for (const item of (await render(feed)).items) {
      assert.equal(typeof item.id, "string");
      assert.equal(typeof (item.content_html ?? item.content_text), "string");
    }
  }
});

Deno.test("the extension says who signed what, and where the proof is", async () => {
  const page = await pageContext({ domain: "alice.example" });
  const { _ourspace } = await render(gardenFeed, { domain: "alice.example" });
  assert.deepEqual(_ourspace, {
    name: "alice.example",
    identity: page.identity.address,
    page_url: "https://gateway.example/alice.example",
    pointer_url: "https://gateway.example/alice.example/pointer.json",
    proof_url: "https://gateway.example/alice.example/pointer.json?proof",
    timestamp: page.pointer.timestamp,
    cid: page.pointer.cid,
    locations: [],
    signature: page.pointer.signature,
  });
});

Deno.test("an empty feed has a title and no items", async () => {
  const feed = await render({ ...emptyFeed, title: "" }, { domain: "alice.example" });
  assert.equal(feed.title, "alice.example");
  assert.deepEqual(feed.items, []);
});
