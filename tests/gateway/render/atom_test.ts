import assert from "node:assert/strict";
import { parseAtomFeed } from "feedsmith";
import { atom } from "../../../gateway/render/atom.ts";
import type { Feed, Item } from "../../../schemas/feed.ts";
import { pageContext, type PageContextFields } from "../../support/page_contexts.ts";
import { emptyFeed, gardenFeed } from "../../support/sample_feeds.ts";

async function render(feed: Feed, fields: PageContextFields = {}) {
  return parseAtomFeed(
    new TextDecoder().decode(await atom.render(feed, await pageContext(fields))),
  );
}

const item = (fields: Partial<Item>): Item => ({
  guid: "g",
  id: "gggg",
  authors: [],
  categories: [],
  enclosures: [],
  ...fields,
});

Deno.test("another Atom parser reads what was written", async () => {
  const feed = await render(gardenFeed);
  assert.equal(feed.title?.value, gardenFeed.title);
  assert.equal(feed.subtitle?.value, gardenFeed.description);
  assert.equal(feed.xml?.lang, "en");
  assert.match(feed.id ?? "", /^urn:ourspace:0x[0-9a-fA-F]{40}$/);
  assert.equal(feed.updated, "2026-10-31T09:00:00.000Z");
  assert.deepEqual(feed.authors, [{
    name: "Alice Underhill",
    uri: "https://garden.example/about",
  }]);
  const linkTo = (rel: string) => feed.links?.find((link) => link.rel === rel);
  assert.match(linkTo("self")?.href ?? "", /\/atom\.xml$/);
  assert.equal(linkTo("alternate")?.href, "https://garden.example/");
  assert.equal(feed.entries?.length, gardenFeed.items.length);
  const [article, , episode] = feed.entries ?? [];
  assert.equal(article?.id, "urn:sample:0");
  assert.equal(article?.published, "2026-10-30T00:00:00.000Z");
  assert.equal(article?.updated, "2026-10-31T09:00:00.000Z");
  assert.equal(article?.content?.type, "html");
  assert.match(article?.content?.value ?? "", /<img src="https:\/\/gateway\.example\/ipfs\//);
  assert.deepEqual(article?.categories, [{ term: "fruit" }, { term: "weather & luck" }]);
  assert.equal(episode?.summary?.value, gardenFeed.items[2]?.summary);
  const enclosures = episode?.links?.filter(({ rel }) => rel === "enclosure");
  assert.deepEqual(enclosures?.map(({ type, length }) => [type, length]), [
    ["audio/mpeg", 48_211_003],
    ["application/pdf", 120_400],
  ]);
});

Deno.test("the feed's id is the identity, whatever gateway or domain it is read through", async () => {
  const here = await render(gardenFeed);
  const there = await render(gardenFeed, {
    domain: "alice.example",
    origin: "https://alice.example",
    basePath: "",
  });
  assert.equal(there.id, here.id);
  assert.deepEqual(there.entries?.map(({ id }) => id), here.entries?.map(({ id }) => id));
});

Deno.test("an entry's id is its guid when that is an IRI, else one made of its id", async () => {
  const guids = [
    "https://a.example/1",
    "tag:a,2026:1",
    "4711",
    "a b:c",
    "post:1 <2>",
    "urn:x:žluť",
  ];
  const items = guids.map((guid, index) => item({ guid, id: `id${index}` }));
  const ids = (await render({ ...emptyFeed, items })).entries?.map(({ id }) => id);
  assert.deepEqual(ids, [
    "https://a.example/1",
    "tag:a,2026:1",
    "urn:ourspace:post:id2",
    "urn:ourspace:post:id3",
    "urn:ourspace:post:id4",
    "urn:x:žluť",
  ]);
});

Deno.test("what RFC 4287 demands is there even when the source has none of it", async () => {
  const xml = new TextDecoder().decode(
    await atom.render({ ...emptyFeed, title: "", items: [item({})] }, await pageContext()),
  );
  const [, feed = "", entry = ""] = /^([^]*)<entry>([^]*)<\/entry>/.exec(xml) ?? [];
  for (const name of ["id", "title", "updated"]) {
    assert.match(feed, new RegExp(`<${name}>[^<]+</${name}>`));
  }
  assert.match(feed, /<author><name>0x/);
  assert.match(entry, /<id>urn:ourspace:post:gggg<\/id><title\/><updated>2026-01-01/);
  assert.match(entry, /<link rel="alternate"/);
});

Deno.test("a post's view has that post only", async () => {
  const post = gardenFeed.items[1];
  assert.ok(post);
  const feed = await render(gardenFeed, { view: "post", item: post });
  assert.deepEqual(feed.entries?.map(({ id }) => id), [post.guid]);
});
