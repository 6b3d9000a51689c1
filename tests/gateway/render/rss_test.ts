import assert from "node:assert/strict";
import { parseRssFeed } from "feedsmith";
import { pageXml, rss } from "../../../gateway/render/rss.ts";
import type { Feed } from "../../../schemas/feed.ts";
import { pageContext, type PageContextFields } from "../../support/page_contexts.ts";
import { emptyFeed, gardenFeed, unruledFeed } from "../../support/sample_feeds.ts";

async function render(feed: Feed, fields: PageContextFields = {}): Promise<string> {
  return new TextDecoder().decode(await rss.render(feed, await pageContext(fields)));
}

const item = (fields: Partial<Feed["items"][number]>): Feed["items"][number] => ({
  guid: "g",
  id: "gggg",
  authors: [],
  categories: [],
  enclosures: [],
  ...fields,
});

Deno.test("another RSS parser reads what was written", async () => {
  const feed = parseRssFeed(await render(gardenFeed));
  assert.equal(feed.title, gardenFeed.title);
  assert.equal(feed.link, gardenFeed.link);
  assert.equal(feed.language, "en");
  assert.deepEqual(feed.dc?.creators, ["Alice Underhill"]);
  const self = feed.atom?.links?.find(({ rel }) => rel === "self");
  assert.match(self?.href ?? "", /^https:\/\/gateway\.example\/0x\w{40}\/feed\.xml$/);
  assert.equal(feed.items?.length, gardenFeed.items.length);
  const [article, note, episode] = feed.items ?? [];
  assert.equal(article?.title, "Pears, and other weights");
  assert.equal(article?.link, "https://garden.example/pears");
  assert.deepEqual(article?.guid, { value: "urn:sample:0", isPermaLink: false });
  assert.deepEqual(article?.categories?.map(({ name }) => name), ["fruit", "weather & luck"]);
  assert.match(article?.description ?? "", /<img src="https:\/\/gateway\.example\/ipfs\//);
  assert.equal(note?.title, undefined);
  assert.match(note?.link ?? "", /^https:\/\/gateway\.example\/0x\w{40}\/posts\/sample/);
  assert.equal(episode?.content?.encoded, gardenFeed.items[2]?.html);
  assert.equal(episode?.enclosures?.length, 1);
  assert.equal(episode?.enclosures?.[0]?.length, 48_211_003);
  assert.equal(episode?.media?.contents?.length, 2);
});

Deno.test("the guid is a permanent link only when it is the item's link", async () => {
  const link = "https://alice.example/1";
  const guidOf = async (fields: Partial<Feed["items"][number]>) =>
    parseRssFeed(await render({ ...emptyFeed, items: [item(fields)] })).items?.[0]?.guid;
  assert.deepEqual(await guidOf({ guid: link, link }), { value: link, isPermaLink: true });
  assert.equal((await guidOf({ guid: link }))?.isPermaLink, false);
  assert.equal((await guidOf({ guid: link, link: `${link}?x` }))?.isPermaLink, false);
});

Deno.test("a summary is HTML in RSS, and shows its own characters", async () => {
  const items = [item({ title: "t", summary: "1 < 2 & <b>", html: "<p>x</p>" })];
  const [found] = parseRssFeed(await render({ ...emptyFeed, items })).items ?? [];
  assert.equal(found?.description, "1 &lt; 2 &amp; &lt;b&gt;");
  assert.equal(found?.content?.encoded, "<p>x</p>");
});

Deno.test("the feed's date is its own, else its newest item's, else the pointer's", async () => {
  const dateOf = async (feed: Feed) => parseRssFeed(await render(feed)).lastBuildDate;
  assert.equal(
    await dateOf({ ...gardenFeed, updated: "2026-11-01T00:00:00.000Z" }),
    "Sun, 01 Nov 2026 00:00:00 GMT",
  );
  assert.equal(await dateOf(gardenFeed), "Sat, 31 Oct 2026 09:00:00 GMT");
  assert.equal(await dateOf(emptyFeed), "Thu, 01 Jan 2026 00:00:00 GMT");
});

Deno.test("a feed without a title is called by its name, one without a link leads to its page", async () => {
  const feed = parseRssFeed(await render({ ...emptyFeed, title: "" }, { domain: "alice.example" }));
  assert.equal(feed.title, "alice.example");
  assert.equal(feed.link, "https://gateway.example/alice.example");
});

Deno.test("the page's data is there: who, the proof, the other forms", async () => {
  const page = await pageContext({
    domain: "alice.example",
    domainVerified: true,
    pointer: { locations: ["https://alice.example/feed.xml?a=1&b=2"] },
  });
  const xml = new TextDecoder().decode(await rss.render(gardenFeed, page));
  const { address } = page.identity;
  for (
    const part of [
      '<?xml-stylesheet type="text/xsl" href="/feed.xsl"?>',
      '<ourspace:page view="page" stale="false" lang="en" language="English" dir="ltr">',
      '<ourspace:name kind="dns" verified="true" authenticated="false">alice.example<',
      `<ourspace:identity kind="wallet" short="${address.slice(0, 6)}…${
        address.slice(-4)
      }">${address}<`,
      `<ourspace:pay href="ethereum:${address}"/>`,
      `cid="${page.pointer.cid}" signature="${page.pointer.signature}"`,
      "<ourspace:location>https://alice.example/feed.xml?a=1&amp;b=2</ourspace:location>",
      '<ourspace:link rel="atom" type="application/atom+xml" href="https://gateway.example/alice.example/atom.xml"/>',
      'rel="proof" type="application/json" href="https://gateway.example/alice.example/pointer.json?proof"',
      '<ourspace:published datetime="2026-10-30T00:00:00.000Z" text="October 30, 2026"/>',
      '<ourspace:updated datetime="2026-10-31T09:00:00.000Z" text="October 31, 2026"/>',
      'ourspace:size="48 MB" ourspace:time="1:02:02"',
      '<ourspace:author href="https://garden.example/about">Alice Underhill</ourspace:author>',
    ]
  ) assert.ok(xml.includes(part), part);
});

Deno.test("a recording that the text plays is not to be shown again, one that it links to is", async () => {
  const film = { url: "/ipfs/a/film.mp4", mediaType: "video/mp4" };
  const talk = { url: "/ipfs/b/talk.mp3", mediaType: "audio/mpeg" };
  const script = { url: "/ipfs/c/script.pdf", mediaType: "application/pdf" };
  const html = `<video controls="controls"><source src="${film.url}" type="video/mp4" /></video>` +
    `<p><a href="${talk.url}">Listen</a>, <a href="${script.url}">read</a></p>`;
  const items = [item({ html, enclosures: [film, talk, script] })];
  const text = await render({ ...emptyFeed, items });
  const shown = [...text.matchAll(/<media:content url="[^"]*\/([^"\/]+)"([^>]*)>/g)]
    .map(([, name, rest = ""]) => [name, rest.includes('ourspace:shown="true"')]);
  assert.deepEqual(shown, [["film.mp4", true], ["talk.mp3", false], ["script.pdf", false]]);
});

Deno.test("an item in another language than the feed says so, with its direction", async () => {
  const items = [item({ title: "שלום", language: "he" }), item({ title: "Hello" })];
  const xml = await render({ ...emptyFeed, items });
  assert.ok(xml.includes('lang="he" dir="rtl"/>'));
  assert.equal(xml.match(/<ourspace:post [^>]*lang=/g)?.length, 1);
});

Deno.test("a post that is evidently written the other way round than its language says so", async () => {
  const marks = async (language: string | undefined, fields: Partial<Feed["items"][number]>) => {
    const { language: _, ...unsaid } = emptyFeed;
    const feed = language === undefined ? unsaid : { ...unsaid, language };
    const xml = await render({ ...feed, items: [item(fields)] });
    return /<ourspace:post id="\w+" href="[^"]*"([^>]*?)\/?>/.exec(xml)?.[1]?.trim();
  };
  const arabic = { title: "كيف نخبز الخبز؟", html: '<p class="x">طحين وماء، OurSpace.</p>' };
  const english = { title: "Bread", html: "<p>Flour and water.</p>" };
  assert.equal(await marks("en", arabic), 'lang="" dir="rtl"');
  assert.equal(await marks("ar", english), 'lang="" dir="ltr"');
  assert.equal(await marks("ar", arabic), "");
  assert.equal(await marks("en", english), "");
  assert.equal(await marks(undefined, arabic), "");
  assert.equal(await marks("en", { ...arabic, language: "ar" }), 'lang="ar" dir="rtl"');
  assert.equal(await marks("en", { title: "2026" }), "");
});

Deno.test("a post's view has that post only", async () => {
  const post = gardenFeed.items[2];
  assert.ok(post);
  const xml = await render(gardenFeed, { view: "post", item: post });
  assert.deepEqual(parseRssFeed(xml).items?.map(({ title }) => title), [post.title]);
  assert.ok(xml.includes('<ourspace:page view="post"'));
});

Deno.test("titles that look like markup stay text", async () => {
  const titles = parseRssFeed(await render(unruledFeed)).items?.map(({ title }) => title);
  assert.ok(titles?.includes('<script>alert(1)</script> & "quotes"'));
});

Deno.test("page.xml has the very bytes of feed.xml", async () => {
  const page = await pageContext();
  assert.deepEqual(await pageXml.render(gardenFeed, page), await rss.render(gardenFeed, page));
  assert.equal(pageXml.mediaType, "application/xml; charset=utf-8");
});
