import assert from "node:assert/strict";
import { readFeed } from "../../../gateway/feed/read_feed.ts";
import { CALL } from "../../support/content.ts";
import { feedDocument } from "../../support/feed_documents.ts";

const read = async (content: string) => await readFeed(await feedDocument(content), CALL);

const rss = (inside: string) => read(`<rss version="2.0"><channel>${inside}</channel></rss>`);
const rssItem = async (inside: string) =>
  (await rss(`<item><title>t</title>${inside}</item>`)).items[0];
const atomEntry = async (inside: string) =>
  (await read(
    `<feed xmlns="http://www.w3.org/2005/Atom"><title>f</title>
    <entry><title>t</title>${inside}</entry></feed>`,
  )).items[0];

Deno.test("RSS authors are people's names, in whatever form they are written", async () => {
  const forms: [string, string[]][] = [
    ["<author>ann@x.example (Ann Lee)</author>", ["Ann Lee"]],
    ["<author>Ann Lee &lt;ann@x.example&gt;</author>", ["Ann Lee"]],
    ["<author>ann@x.example</author>", ["ann@x.example"]],
    ["<author>Ann (Lee)</author>", ["Ann (Lee)"]],
    ["<dc:creator>Ann</dc:creator><dc:creator>Bob</dc:creator>", ["Ann", "Bob"]],
    ["<dc:creator>Ann</dc:creator><author>a@x.example (Ann)</author>", ["Ann"]],
    ["<itunes:author>Ann</itunes:author>", ["Ann"]],
    ["<author/>", []],
  ];
  for (const [written, expected] of forms) {
    assert.deepEqual((await rssItem(written))?.authors.map(({ name }) => name), expected, written);
  }
});

Deno.test("durations are seconds, however they are written", async () => {
  const durations: [string, number | undefined][] = [
    ["90", 90],
    ["90.4", 90],
    ["1:30", 90],
    ["01:02:03", 3_723],
    ["0", undefined],
    ["soon", undefined],
    ["1:2:3:4", undefined],
  ];
  for (const [written, seconds] of durations) {
    const item = await rssItem(
      `<enclosure url="https://x.example/a.mp3"/><itunes:duration>${written}</itunes:duration>`,
    );
    assert.equal(item?.enclosures[0]?.duration, seconds, written);
  }
});

Deno.test("a file's media type is the given one, or what its name or kind suggests", async () => {
  const types: [string, string][] = [
    ['url="https://x.example/a" type="Audio/MPEG; x=y"', "audio/mpeg"],
    ['url="https://x.example/a.OGG?x=1"', "audio/ogg"],
    ['url="https://x.example/a.mp3" type="mp3"', "audio/mpeg"],
    ['url="https://x.example/a" type=""', "application/octet-stream"],
    ['url="https://x.example/a" type="&lt;script>"', "application/octet-stream"],
  ];
  for (const [attributes, type] of types) {
    const item = await rssItem(`<enclosure ${attributes}/>`);
    assert.equal(item?.enclosures[0]?.mediaType, type, attributes);
  }
});

Deno.test("a description beside the content is the summary, alone it is the content", async () => {
  const both = await rssItem(
    "<description>&lt;p&gt;Short.&lt;/p&gt;</description><content:encoded>&lt;p&gt;Long.&lt;/p&gt;</content:encoded>",
  );
  assert.equal(both?.summary, "Short.");
  assert.equal(both?.html, "<p>Long.</p>");
  const alone = await rssItem("<description>&lt;p&gt;Short.&lt;/p&gt;</description>");
  assert.equal(alone?.summary, undefined);
  assert.equal(alone?.html, "<p>Short.</p>");
});

Deno.test("HTML that is not escaped is HTML all the same", async () => {
  const item = await rssItem(
    '<description>a &amp; b <p>c<br/><i class="x">d</i> &lt; e</p></description>',
  );
  assert.equal(item?.html, "a &amp; b <p>c<br /><i>d</i> &lt; e</p>");
});

Deno.test("what shows nothing is no content, and an item without anything is none", async () => {
  for (const empty of ["", "&lt;p&gt; &lt;/p&gt;", "&lt;script&gt;x&lt;/script&gt;"]) {
    assert.equal((await rssItem(`<description>${empty}</description>`))?.html, undefined);
    const feed = await rss(`<item><description>${empty}</description></item>`);
    assert.deepEqual(feed.items, []);
  }
  const picture = "&lt;img src='https://x.example/a.png'&gt;";
  assert.match((await rssItem(`<description>${picture}</description>`))?.html ?? "", /^<img /);
});

Deno.test("lists are limited, and each entry too", async () => {
  const many = (write: (index: number) => string) =>
    Array.from({ length: 200 }, (_, i) => write(i));
  const item = await rssItem(
    [
      ...many((index) => `<category>c${index}</category><category>c${index}</category>`),
      ...many((index) => `<enclosure url="https://x.example/${index}"/>`),
      ...many((index) => `<author>a${index}</author>`),
    ].join(""),
  );
  assert.equal(item?.categories.length, 50);
  assert.equal(item?.enclosures.length, 50);
  assert.equal(item?.authors.length, 20);
  const long = await rss(
    `<title>${"t".repeat(9_999)}</title><description>${"d".repeat(9_999)}</description>`,
  );
  assert.equal(long.title.length, 500);
  assert.equal(long.description.length, 2_000);
});

Deno.test("an Atom entry's text is what its type says", async () => {
  const contents: [string, string | undefined][] = [
    ['<content type="text">a &lt;b&gt; c</content>', "<p>a &lt;b&gt; c</p>"],
    ["<content>a &lt;b&gt; c</content>", "<p>a &lt;b&gt; c</p>"],
    ['<content type="html">&lt;b&gt;c&lt;/b&gt;</content>', "<b>c</b>"],
    ['<content type="xhtml"><div><b>c</b></div></content>', "<b>c</b>"],
    ['<content type="xhtml"><b>c</b></content>', "<b>c</b>"],
    ['<content type="text/html; charset=utf-8">&lt;b&gt;c&lt;/b&gt;</content>', "<b>c</b>"],
    ['<content type="image/svg+xml"><svg xmlns="x"/></content>', undefined],
    ['<content type="application/octet-stream">AAAA</content>', undefined],
    ['<content type="image/png" src="https://x.example/a.png"/><summary>s</summary>', "<p>s</p>"],
  ];
  for (const [written, html] of contents) {
    assert.equal((await atomEntry(written))?.html, html, written);
  }
});

Deno.test("an Atom entry's link is its page, before other forms and other relations", async () => {
  const entry = await atomEntry(
    '<link rel="self" href="https://x.example/self"/>' +
      '<link type="application/json" href="https://x.example/json"/>' +
      '<link rel="alternate" type="text/html" href="https://x.example/page"/>',
  );
  assert.equal(entry?.link, "https://x.example/page");
});

Deno.test("an Atom entry from elsewhere has that source's authors", async () => {
  const entry = await atomEntry("<source><author><name>Ann</name></author></source>");
  assert.deepEqual(entry?.authors, [{ name: "Ann" }]);
});

Deno.test("a feed's language is its own, an item's only when it is another one", async () => {
  const feed = await read(`<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="EN"><title>f</title>
    <entry xml:lang="en"><title>1</title></entry><entry xml:lang="fr"><title>2</title></entry>
    <entry><title>3</title><content xml:lang="he">x</content></entry>
    <entry xml:lang="not a language"><title>4</title></entry></feed>`);
  assert.equal(feed.language, "en");
  const languages = feed.items.map(({ language }) => language);
  assert.deepEqual(languages, [undefined, "fr", "he", undefined]);
});
