import assert from "node:assert/strict";
import { renderers } from "../../gateway/render/mod.ts";
import type { Feed, Item } from "../../schemas/feed.ts";
import { pageContext } from "../support/page_contexts.ts";
import { emptyFeed, gardenFeed, unruledFeed } from "../support/sample_feeds.ts";

const hostileItem: Item = {
  guid: 'a"b<c>&d\u0001',
  id: "hostile",
  title: "]]> --> </title><script>alert(1)</script> \u0000\uD800 🐎 \u202E",
  html: '<p>]]&gt; <img src="/ipfs/bafkqaaa/a.png" alt="x" loading="lazy" /></p>',
  summary: "</summary>\u000B",
  authors: [{ name: "<b>&\u0008", url: "https://x.example/?a=1&b=%22" }],
  categories: ["</category>", "\u0002"],
  enclosures: [{ url: "/ipfs/bafkqaaa/a%20b.mp3", mediaType: "audio/mpeg", title: '"<' }],
  image: { url: "/ipfs/bafkqaaa/c.png", alt: '"><' },
};

const hostileFeed: Feed = {
  title: "</title>&\u0001",
  description: "]]>\u001F",
  copyright: "<",
  image: { url: "/ipfs/bafkqaaa/d.png", alt: "&" },
  authors: [{ name: "\uDC00x" }],
  items: [hostileItem],
};

const decoder = new TextDecoder("utf-8", { fatal: true });

Deno.test("every renderer has an id and a path of its own, and a media type with its charset", () => {
  assert.equal(new Set(renderers.map(({ id }) => id)).size, renderers.length);
  assert.equal(new Set(renderers.map(({ path }) => path)).size, renderers.length);
  for (const { mediaType } of renderers) {
    assert.match(mediaType, /^[\w.+-]+\/[\w.+-]+; charset=utf-8$/);
  }
});

for (const renderer of renderers) {
  Deno.test(`${renderer.id}: the same feed and page give the same bytes`, async () => {
    for (const feed of [gardenFeed, unruledFeed, emptyFeed, hostileFeed]) {
      const first = await renderer.render(feed, await pageContext());
      const again = await renderer.render(structuredClone(feed), await pageContext());
      assert.deepEqual(again, first);
    }
  });

  Deno.test(`${renderer.id}: the output is UTF-8 without forbidden characters`, async () => {
    const text = decoder.decode(await renderer.render(hostileFeed, await pageContext()));
    assert.equal(
      text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, ""),
      text,
    );
    assert.ok(text.includes("🐎"));
  });

  Deno.test(`${renderer.id}: what the gateway serves is linked with its origin`, async () => {
    const page = await pageContext({ origin: "https://gateway.example" });
    const text = decoder.decode(await renderer.render(hostileFeed, page));
    assert.ok(text.includes("https://gateway.example/ipfs/bafkqaaa/a.png"), text);
    assert.ok(text.includes("https://gateway.example/ipfs/bafkqaaa/a%20b.mp3"));
    assert.doesNotMatch(text, /["'(\s>]\/ipfs\/bafkqaaa/);
  });

  Deno.test(`${renderer.id}: a post's view has that post and no other`, async () => {
    const [first, second] = gardenFeed.items;
    assert.ok(first?.title && second?.html);
    const page = await pageContext({ view: "post", item: second });
    const text = decoder.decode(await renderer.render(gardenFeed, page));
    assert.ok(text.includes("Bring in the lemons!"));
    assert.ok(!text.includes(first.title));
  });
}
