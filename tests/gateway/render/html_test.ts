import assert from "node:assert/strict";
import { createHtmlRenderer } from "../../../gateway/render/html.ts";
import { feedStylesheet } from "../../../gateway/render/page_assets.ts";
import { rss } from "../../../gateway/render/rss.ts";
import { createXsltEngine } from "../../../gateway/render/xslt.ts";
import type { Feed, Item } from "../../../schemas/feed.ts";
import { pageContext, type PageContextFields } from "../../support/page_contexts.ts";
import {
  arabicFeed,
  emptyFeed,
  feedOf,
  gardenFeed,
  unruledFeed,
} from "../../support/sample_feeds.ts";

async function renderAll(
  ...pages: readonly (readonly [feed: Feed, fields?: PageContextFields | undefined])[]
): Promise<string[]> {
  const xslt = createXsltEngine({ stylesheet: feedStylesheet });
  const html = createHtmlRenderer({ rss, xslt });
  try {
    const rendered = [];
    for (const [feed, fields] of pages) {
      const bytes = await html.render(feed, await pageContext(fields));
      rendered.push(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    }
    return rendered;
  } finally {
    xslt.close();
  }
}

async function render(feed: Feed, fields?: PageContextFields): Promise<string> {
  const [page = ""] = await renderAll([feed, fields]);
  return page;
}

/** A feed with one post that has the fields given. */
function onePost(fields: Partial<Item>): Feed {
  const nothing = { guid: "a", id: "a".repeat(26), authors: [], categories: [], enclosures: [] };
  return { ...emptyFeed, items: [{ ...nothing, ...fields }] };
}

function onlyItem({ items: [item] }: Feed): Item {
  assert.ok(item);
  return item;
}

const NEVER = { signal: new AbortController().signal };

const count = (page: string, pattern: RegExp) => page.match(pattern)?.length ?? 0;

Deno.test("the same pointer at the same address gives the same bytes", async () => {
  const [first, second] = await renderAll([gardenFeed], [gardenFeed]);
  assert.equal(first, second);
});

Deno.test("no page has a script, an inline style or a second heading of the first level", async () => {
  const item = gardenFeed.items[0];
  assert.ok(item);
  const pages = await renderAll(
    [gardenFeed, { domain: "garden.example", domainVerified: true, stale: true }],
    [gardenFeed, { view: "feed" }],
    [gardenFeed, { view: "post", item }],
    [arabicFeed],
    [unruledFeed, { domain: "long.example" }],
    [emptyFeed],
  );
  for (const page of pages) {
    assert.doesNotMatch(page, /<script|<style|\sstyle=|\son[a-z]+=|javascript:/i);
    assert.equal(count(page, /<h1/g), 1);
    assert.match(page, /^<!DOCTYPE html>/);
    assert.match(page, /<meta charset="UTF-8">/);
    for (const landmark of ["<header", "<main", "<aside", "<footer"]) {
      assert.ok(page.includes(landmark), landmark);
    }
  }
});

Deno.test("a picture that the text shows is not shown a second time", async () => {
  const url = "https://pictures.example/tree?width=1&height=2";
  const feed = onePost({
    html: '<p><img src="https://pictures.example/tree?width=1&amp;height=2" alt="A tree" /></p>',
    image: { url, alt: "A tree" },
    enclosures: [{ url, mediaType: "image/png" }],
  });
  assert.equal(count(await render(feed), /<img[^>]*tree/g), 1);
});

Deno.test("addresses that nearly stand in the text, over and over, delay no page", async () => {
  const period = "https://x/";
  const enclosures = Array.from({ length: 50 }, (_, index) => ({
    url: `${period.repeat(400)}${index}`,
    mediaType: "image/png",
  }));
  const feed = onePost({ html: `<p>${period.repeat(50_000)}</p>`, enclosures });
  assert.equal(count(await render(feed), /<figure/g), 50);
});

Deno.test("the feed's forms are announced to readers", async () => {
  const page = await render(gardenFeed, { domain: "garden.example" });
  for (
    const [type, file] of [
      ["application/rss+xml", "feed.xml"],
      ["application/atom+xml", "atom.xml"],
      ["application/feed+json", "feed.json"],
    ] as const
  ) {
    const href = `https://gateway.example/garden.example/${file}`;
    assert.match(
      page,
      new RegExp(`<link rel="alternate" type="${type.replace("+", "\\+")}"[^>]*"${href}"`),
    );
  }
  assert.match(page, /<link rel="canonical" href="https:\/\/gateway\.example\/garden\.example">/);
});

Deno.test("the page's own links work at every address of the gateway", async () => {
  const page = await render(gardenFeed, { domain: "garden.example" });
  const [, links = ""] = page.split("<body>");
  const own = [...links.matchAll(/(?:href|src)="([^"]*gateway\.example[^"]*)"/g)].map(([, url]) =>
    url
  );
  const announced = new Set(
    ["feed.xml?raw", "atom.xml", "feed.json"].map((file) =>
      `https://gateway.example/garden.example/${file}`
    ),
  );
  assert.deepEqual(
    own.filter((url = "") => !announced.has(url) && !url.includes("/ipfs/")),
    [],
  );
  assert.match(links, /src="\/garden\.example\/qr\.svg"/);
  assert.match(links, /href="\/garden\.example\/posts\//);
});

Deno.test("on a custom domain the feed is the whole site", async () => {
  const page = await render(gardenFeed, {
    domain: "garden.example",
    origin: "https://garden.example",
    basePath: "",
    view: "post",
    ...(gardenFeed.items[0] && { item: gardenFeed.items[0] }),
  });
  assert.match(page, /<p class="site"><a href="\/">/);
  assert.match(page, /src="\/qr\.svg"/);
  assert.doesNotMatch(page, /What is OurSpace/);
});

Deno.test("the proof has all that is needed to check it", async () => {
  const fields = { pointer: { locations: ["https://garden.example/feed.xml?a=1&b=2"] } };
  const page = await render(gardenFeed, fields);
  const { pointer, identity } = await pageContext(fields);
  const signedText = /<pre>(OurSpace pointer v1[^<]*)<\/pre>/.exec(page)?.[1];
  assert.equal(signedText, pointer.text.replaceAll("&", "&amp;"));
  assert.ok(page.includes(pointer.signature));
  assert.ok(page.includes(`<time datetime="${pointer.timestamp}"`));
  assert.ok(page.includes(`/pointer.json?proof"`));
  assert.ok(page.includes(`href="ethereum:${identity.address}"`));
  assert.match(page, new RegExp(`<details class="proof">.*${pointer.cid}`, "s"));
});

Deno.test("a domain is shown as verified only when the feed names it back", async () => {
  const [verified = "", shown = "", address = ""] = await renderAll(
    [gardenFeed, { domain: "garden.example", domainVerified: true, domainAuthenticated: true }],
    [gardenFeed, { domain: "other.example" }],
    [gardenFeed],
  );
  assert.match(verified, /class="badge"[^>]*>verified</);
  assert.match(verified, /DNSSEC vouches/);
  assert.match(shown, /Shown at\s+<strong><bdi>other\.example/);
  for (const page of [shown, address]) {
    assert.doesNotMatch(page, /class="badge"|is verified|DNSSEC/);
  }
});

Deno.test("a stale copy says so, a fresh one does not", async () => {
  const [stale = "", fresh = ""] = await renderAll([gardenFeed, { stale: true }], [gardenFeed]);
  assert.match(stale, /may not be the newest version/);
  assert.doesNotMatch(fresh, /may not be the newest version/);
});

Deno.test("the feed's own address tells what to do with it before all else", async () => {
  const page = await render(gardenFeed, { domain: "garden.example", view: "feed" });
  const input = page.indexOf('value="https://gateway.example/garden.example/feed.xml"');
  assert.ok(input > 0 && input < page.indexOf("<h1"));
});

Deno.test("a post's own page shows that post and leads back", async () => {
  const item = gardenFeed.items[2];
  assert.ok(item);
  const page = await render(gardenFeed, { domain: "garden.example", view: "post", item });
  assert.equal(count(page, /<article/g), 1);
  assert.match(page, /<h1>Episode 12: Talking to bees<\/h1>/);
  assert.match(page, /<title>Episode 12: Talking to bees – Notes from a Small Garden<\/title>/);
  assert.match(page, /<p class="back"[^>]*><a href="\/garden\.example">/);
});

Deno.test("language and direction come from the feed, our own words say that they are English", async () => {
  const [arabic = "", unruled = ""] = await renderAll([arabicFeed], [unruledFeed]);
  assert.match(arabic, /<html [^>]*lang="ar"[^>]*dir="rtl"/);
  assert.match(arabic, /<article lang="en" dir="ltr">/);
  assert.match(arabic, /<aside [^>]*lang="en" dir="ltr"/);
  assert.match(unruled, /<html lang="en"/);
  assert.match(unruled, /<div class="prose" lang="" dir="auto">/);
});

Deno.test("text of a feed stays text, and its sanitised HTML is HTML", async () => {
  const [unruled = "", garden = ""] = await renderAll([unruledFeed], [gardenFeed]);
  assert.match(unruled, /&lt;script&gt;alert\(1\)&lt;\/script&gt; &amp; "quotes"/);
  assert.match(unruled, /1 &lt; 2 &amp; 3 &gt; 2/);
  assert.match(garden, /<em>meant<\/em>/);
  assert.match(garden, /weather &amp; luck/);
});

Deno.test("sound and film play on demand, and every enclosure can be downloaded", async () => {
  const page = await render(gardenFeed);
  assert.match(
    page,
    /<audio controls[^>]* preload="none" src="[^"]*bees\.mp3" aria-label="Talking to bees">/,
  );
  assert.match(
    page,
    /<video controls[^>]* preload="none" playsinline[^>]* src="[^"]*hedge\.mp4"[^>]* poster="/,
  );
  assert.equal(count(page, / download(="download")? /g), 3);
  assert.equal(count(page, /garden\.svg" alt="A hedge at dusk"/g), 0);
});

Deno.test("of a long feed the newest posts are shown whole, of older ones the titles", async () => {
  const untitled: Feed = {
    ...feedOf(25),
    items: feedOf(25).items.map(({ title, ...item }, index) =>
      index % 2 === 0 || title === undefined ? { ...item, title: `Article ${index}` } : item
    ),
  };
  const [titled = "", mixed = ""] = await renderAll([feedOf(1_000)], [untitled]);
  assert.equal(count(titled, /<article/g), 20);
  assert.equal(count(titled, /<p class="line"/g), 980);
  assert.equal(count(mixed, /<p class="line"/g), 3);
  assert.equal(count(mixed, /<article/g), 22);
});

Deno.test("the title of an older post is written in its own direction", async () => {
  const { items: [first], ...feed } = feedOf(25);
  assert.ok(first);
  const items = Array.from({ length: 21 }, (_, index) => ({ ...first, guid: `${index}` }));
  const arabic = { ...first, title: "مرحبا بالعالم!", html: "<p>هذه أول تدوينة لي.</p>" };
  const page = await render({ ...feed, language: "en", items: [...items, arabic] });
  assert.match(page, /<p class="line" lang="">\s*<a href="[^"]*" dir="rtl">مرحبا/);
});

Deno.test("what others show of a shared post is its own title and picture, else the feed's", async () => {
  const properties = (page: string) =>
    [...page.matchAll(/<meta property="og:(\w+)" content="([^"]*)">/g)].map(([, name, content]) =>
      `${name} ${content}`
    );
  const image = { url: "https://alice.example/feed.png", alt: "" };
  const own = { url: "https://alice.example/post.png", alt: "" };
  const feed = onePost({ title: "A post", image: own });
  const bare = onePost({ html: "<p>Words</p>" });
  const pages = await renderAll(
    [{ ...feed, image }, { view: "post", item: onlyItem(feed) }],
    [{ ...bare, image }, { view: "post", item: onlyItem(bare) }],
    [{ ...feed, image }],
  );
  assert.deepEqual(pages.map(properties), [
    ["title A post", `image ${own.url}`],
    [`title ${emptyFeed.title}`, `image ${image.url}`],
    [`title ${emptyFeed.title}`, `image ${image.url}`],
  ]);
});

Deno.test("what is left out before the stylesheet is applied would not have been shown", async () => {
  const page = await pageContext();
  const xslt = createXsltEngine({ stylesheet: feedStylesheet });
  try {
    for (const feed of [gardenFeed, feedOf(25), unruledFeed]) {
      const whole = await xslt.transform(await rss.render(feed, page), NEVER);
      assert.equal(await render(feed), new TextDecoder().decode(whole));
    }
  } finally {
    xslt.close();
  }
});

Deno.test("an empty feed says that the first post will come", async () => {
  assert.match(await render(emptyFeed), /No posts yet/);
});

Deno.test("an address decides its page's colour and sign", async () => {
  const [one = "", again = "", other = ""] = await renderAll(
    [gardenFeed],
    [arabicFeed],
    [gardenFeed, { privateKey: `0x${"7".repeat(64)}` }],
  );
  const look = (page: string) => [
    /class="(hue-[0-9a-f])"/.exec(page)?.[1],
    /<svg .*?<\/svg>/s.exec(page)?.[0],
  ];
  assert.deepEqual(look(one), look(again));
  assert.notDeepEqual(look(one), look(other));
  assert.match(look(one)[0] ?? "", /^hue-/);
});
