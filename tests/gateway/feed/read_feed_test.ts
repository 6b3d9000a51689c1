import assert from "node:assert/strict";
import { readFeed } from "../../../gateway/feed/read_feed.ts";
import { ContentUnreachableError, ContentWrongError } from "../../../resolver/errors.ts";
import { CALL, rejection } from "../../support/content.ts";
import { feedDocument, folderDocument } from "../../support/feed_documents.ts";

const VECTORS = new URL("../../vectors/feeds/", import.meta.url);

const read = async (content: string | Uint8Array, mediaType = "") =>
  await readFeed(await feedDocument(content, mediaType), CALL);

const refusalOf = async (content: string | Uint8Array) =>
  (await rejection(read(content), ContentWrongError)).message;

const rssWith = (inside: string) =>
  `<?xml version="1.0"?><rss version="2.0"><channel><title>t</title>${inside}</channel></rss>`;

for (const { name } of Deno.readDirSync(VECTORS)) {
  if (name.endsWith(".feed.json")) continue;
  Deno.test(`${name} becomes the feed that stands beside it`, async () => {
    const feed = await read(await Deno.readFile(new URL(name, VECTORS)));
    const expected = name.replace(/\.\w+$/, ".feed.json");
    assert.deepEqual(feed, JSON.parse(await Deno.readTextFile(new URL(expected, VECTORS))));
  });
}

Deno.test("the same feed comes of every encoding and every road", async () => {
  const xml = (encoding: string) =>
    rssWith("<item><title>Grüße</title></item>")
      .replace("?>", ` encoding="${encoding}"?>`);
  const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const utf16 = (text: string) =>
    new Uint8Array(Uint16Array.from(text, (letter) => letter.charCodeAt(0)).buffer);
  const expected = await read(xml("utf-8"));
  assert.equal(expected.items[0]?.title, "Grüße");
  assert.deepEqual(await read(latin1(xml("iso-8859-1"))), expected);
  assert.deepEqual(await read(latin1(xml("iso-8859-1")), "text/xml; charset=utf-8"), expected);
  assert.deepEqual(await read(utf16(`\uFEFF${xml("utf-16")}`)), expected);
});

Deno.test("what is no feed is refused, and named", async () => {
  const png = Uint8Array.fromHex("89504e470d0a1a0a0000000d4948445200000001000000010806000000");
  const cases: [string | Uint8Array, RegExp][] = [
    ["", /is empty, not a feed/],
    [" \n\t", /is empty/],
    ["<!DOCTYPE html><p>Hello", /an HTML page, not a feed/],
    ["\n<html><head><title>x</title>", /an HTML page/],
    ['<?xml version="1.0"?><opml version="2.0"><body/></opml>', /list of subscriptions/],
    ['<svg xmlns="http://www.w3.org/2000/svg"/>', /a picture \(SVG\)/],
    ["<urlset/>", /a sitemap/],
    ["<note>x</note>", /an XML document of <note>/],
    ["<no\u009b31mte>x</no\u009b31mte>", /an XML document of <no 31mte>/],
    ['{"hello": 1}', /JSON of another kind/],
    ['[{"version":"https://jsonfeed.org/version/1"}]', /JSON of another kind/],
    ['{"version":"https://jsonfeed.org/version/1.1","items":[', /JSON of another kind/],
    ["Hello", /plain text/],
    ["Hello <b>you</b>", /a document in some markup/],
    [png, /a PNG file \(image\/png\)/],
    [Uint8Array.from({ length: 500 }, (_, index) => index * 7 % 256), /binary data/],
    ["<rss version='2.0'/>", /no channel/],
    ["<rss><channel><title>t</title>", /cut off/],
    [rssWith("<item><title>x</title></item>").slice(0, -4), /cut off/],
    ["<", /no elements/],
    ["<?xml version='1.0'?>", /no elements/],
  ];
  for (const [content, message] of cases) assert.match(await refusalOf(content), message);
});

Deno.test("entities are refused, whatever they would do", async () => {
  const bombs = [
    '<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">',
    '<!ENTITY x SYSTEM "file:///etc/passwd">',
    '<!ENTITY % p SYSTEM "http://127.0.0.1/x.dtd"> %p;',
  ];
  for (const bomb of bombs) {
    const feed = `<?xml version="1.0"?><!DOCTYPE rss [${bomb}]>${rssWith("").slice(21)}`;
    assert.match(await refusalOf(feed), /declares entities/);
  }
});

Deno.test("a document type without entities is harmless, and nothing of it is fetched", async () => {
  const declaration = '<!DOCTYPE rss SYSTEM "http://127.0.0.1:1/rss.dtd">';
  assert.equal((await read(declaration + rssWith("").slice(21))).title, "t");
});

Deno.test("50,000 nested elements are refused; the same in a post becomes text", async () => {
  const nested = "<b>".repeat(50_000) + "deep" + "</b>".repeat(50_000);
  assert.match(await refusalOf(rssWith(nested)), /nested too deeply/);
  const feed = await read(rssWith(`<item><description><![CDATA[${nested}]]></description></item>`));
  assert.equal(feed.items[0]?.html, "deep");
});

Deno.test("more elements than any feed has are refused", async () => {
  assert.match(await refusalOf(rssWith("<a/>".repeat(500_001))), /too many elements/);
  const attributes = Array.from({ length: 500_001 }, (_, index) => `a${index}=""`).join(" ");
  assert.match(await refusalOf(rssWith(`<a ${attributes}/>`)), /too many elements/);
});

Deno.test("a feed that is too large is refused before it is decoded", async () => {
  const document = await feedDocument("");
  const bytes = new Uint8Array(12 * 2 ** 20 + 1) as typeof document.bytes;
  const error = await rejection(readFeed({ ...document, bytes }, CALL), ContentWrongError);
  assert.match(error.message, /too large: 13 MiB, and 12 MiB is the limit/);
});

Deno.test("texts made to be slow are read in linear time", async () => {
  const size = 1_000_000;
  const fill = (text: string) => text.repeat(Math.floor(size / text.length));
  const namespaces = Array.from(
    { length: 20_000 },
    (_, index) => `xmlns:n${index}="http://www.w3.org/2005/Atom"`,
  ).join(" ");
  const slow = [
    rssWith(`<item><author>${fill("(")}</author></item>`),
    rssWith(`<item><author>${fill("a@")}</author></item>`),
    rssWith(`<item><author>${fill("a<a@")}></author></item>`),
    rssWith("<item/>".repeat(400_000)),
    rssWith(`<item><title>${"&lt;".repeat(2_000)}</title></item>`.repeat(500)),
    rssWith(`<item>${fill("<category>c</category>")}</item>`),
    rssWith(`<item><title>${fill("<![CDATA[")}]]></title></item>`),
    rssWith(`<item><description>${fill("&lt;b&gt;")}</description></item>`),
    rssWith(`<item><description>${fill("&lt;!--")}</description></item>`),
    rssWith(`<item><title>${fill("&lt;a ")}</title></item>`),
    rssWith(`<item><title>${fill(" ")}x</title></item>`),
    rssWith(`<item ${fill('a="" ')}/>`),
    rssWith(fill(" <")).replace("</channel>", "></channel>"),
    rssWith(`<x ${namespaces}>${'<y xmlns:z="http://www.w3.org/2005/Atom"/>'.repeat(20_000)}</x>`),
    `<!--${fill("-")}-->${rssWith("")}`,
    `{"version":"https://jsonfeed.org/version/1","title":"t","items":${"[".repeat(9e4)}${
      "]".repeat(9e4)
    }}`,
  ];
  for (const text of slow) {
    // 20 to 400 ms when measured alone; in quadratic time it would be minutes.
    await read(text).catch((error) => assert.ok(error instanceof ContentWrongError, error));
  }
});

Deno.test("reading can be ended from outside", async () => {
  const document = await feedDocument(rssWith("<item><title>x</title></item>".repeat(30_000)));
  const ended = AbortSignal.abort(new Error("enough"));
  await assert.rejects(readFeed(document, { signal: ended }), /enough/);
});

Deno.test("the newest items come first, those without a date last, in their order", async () => {
  const item = (title: string, date = "") =>
    `<item><title>${title}</title><pubDate>${date}</pubDate></item>`;
  const { items } = await read(rssWith([
    item("no date 1"),
    item("old", "2026-01-01"),
    item("new", "2026-03-01"),
    item("no date 2", "soon"),
    item("same", "2026-01-01T00:00:00Z"),
  ].join("")));
  const titles = items.map(({ title }) => title);
  assert.deepEqual(titles, ["new", "old", "same", "no date 1", "no date 2"]);
});

Deno.test("of many items the newest 1,000 are kept", async () => {
  const item = (index: number) =>
    `<item><guid>${index}</guid><title>x</title><pubDate>${
      new Date(index * 1_000).toISOString()
    }</pubDate></item>`;
  const { items } = await read(rssWith(Array.from({ length: 1_500 }, (_, i) => item(i)).join("")));
  assert.equal(items.length, 1_000);
  assert.equal(items[0]?.guid, "1499");
});

Deno.test("items beyond 16 million letters of HTML are left out, the oldest first", async () => {
  // Becomes four times as long, and is cut at a quarter of a million letters.
  const long = "<".repeat(125_000);
  const items = Array.from({ length: 80 }, (_, index) => ({ id: index, content_text: long }));
  const feed = await read(JSON.stringify({ version: "https://jsonfeed.org/version/1", items }));
  assert.deepEqual(feed.items.map(({ guid }) => guid), items.slice(0, 63).map(({ id }) => `${id}`));
});

Deno.test("of two items with one guid the newer stays", async () => {
  const { items } = await read(rssWith(
    "<item><guid>a</guid><title>old</title><pubDate>2026-01-01</pubDate></item>" +
      "<item><guid>a</guid><title>new</title><pubDate>2026-01-02</pubDate></item>",
  ));
  assert.deepEqual(items.map(({ title }) => title), ["new"]);
});

Deno.test("texts are text once, whatever they were escaped as", async () => {
  const titles: [string, string][] = [
    ["AT&amp;T", "AT&T"],
    ["AT&amp;amp;T", "AT&T"],
    ["<![CDATA[AT&amp;T]]>", "AT&T"],
    ["&lt;b&gt;bold&lt;/b&gt; move", "bold move"],
    ["x &lt; y &gt; z", "x < y > z"],
    ["if a&lt;b then", "if a<b then"],
    ["&lt;script&gt;alert(1)&lt;/script&gt;after", "after"],
    ["caf&eacute; &#x1F950; &#128512;", "café 🥐 😀"],
    ["one\n   two\tthree", "one two three"],
    ["a\u0001b&#x1;c&#xFFFF;d", "abcd"],
    ["\u202Eright\u202C", "\u202Eright\u202C"],
  ];
  for (const [written, title] of titles) {
    const { items } = await read(rssWith(`<item><title>${written}</title></item>`));
    assert.equal(items[0]?.title, title, written);
  }
});

Deno.test("in a folder, links and media lead to each file's own address", async () => {
  const files = {
    "feed.xml": rssWith(`<link>https://alice.example/</link><image><url>logo.png</url></image>
      <item><title>1</title><link>posts/1.html</link><guid>posts/1.html</guid>
      <enclosure url="/audio/one two.mp3" type="audio/mpeg" length="3"/>
      <description><![CDATA[
        <img src="img/a%20b.png?x=1" srcset="img/a%20b.png 1x, ./img/../img/c.png 2x, no.png 3x">
        <a href="notes.pdf#page=2">notes</a> <a href="missing.pdf">missing</a>
        <a href="../secret.txt">outside</a> <a href="#top">top</a> <a href="img">folder</a>
        <video poster="img/c.png"><source src="img\\c.png"></video>
        <a href="//other.example/x">other</a> <a href="mailto:a@b.example">mail</a>
      ]]></description></item>
      <item><title>2</title><link>song.ogg</link></item>`),
    "logo.png": "logo",
    "posts/1.html": "<p>",
    "audio/one two.mp3": "mp3",
    "img/a b.png": "ab",
    "img/c.png": "c",
    "notes.pdf": "pdf",
    "song.ogg": "ogg",
    "secret.txt": "in the folder, so a path that leaves it must not end here",
  };
  const { folder, ...document } = await folderDocument(files);
  const urlOf = async (path: string) => {
    const file = await folder?.find(path, CALL);
    return `/ipfs/${file?.cid}/${encodeURIComponent(path.split("/").at(-1) ?? "")}`;
  };
  const [ab, c] = [await urlOf("img/a b.png"), await urlOf("img/c.png")];
  const feed = await readFeed({ ...document, folder }, CALL);
  assert.equal(feed.link, "https://alice.example/");
  assert.equal(feed.image?.url, await urlOf("logo.png"));
  const [first, second] = feed.items;
  assert.equal(first?.link, undefined, "a page in the folder is this gateway's post");
  assert.equal(first?.guid, "posts/1.html");
  assert.equal(first?.enclosures[0]?.url, await urlOf("audio/one two.mp3"));
  assert.equal(second?.link, await urlOf("song.ogg"));
  assert.deepEqual(first?.html?.split(/\n\s*/), [
    `<img src="${ab}" srcset="${ab} 1x, ${c} 2x" alt="" loading="lazy" />`,
    `<a href="${await urlOf("notes.pdf")}#page=2" rel="noopener nofollow ugc">notes</a> ` +
    "<span>missing</span>",
    "<span>outside</span> <span>top</span> <span>folder</span>",
    `<video poster="${c}" controls="controls" preload="none"><source src="${c}" /></video>`,
    '<a href="https://other.example/x" rel="noopener nofollow ugc">other</a> ' +
    '<a href="mailto:a@b.example" rel="noopener nofollow ugc">mail</a>',
  ]);
});

Deno.test("a new post changes no older post", async () => {
  const post = (name: string) =>
    `<item><guid>${name}</guid><description>&lt;img src="${name}.png"&gt;</description></item>`;
  const before = await readFeed(
    await folderDocument({ "feed.xml": rssWith(post("one")), "one.png": "1" }),
    CALL,
  );
  const after = await readFeed(
    await folderDocument({
      "feed.xml": rssWith(post("two") + post("one")),
      "one.png": "1",
      "two.png": "2",
    }),
    CALL,
  );
  assert.match(before.items[0]?.html ?? "", /src="\/ipfs\/bafk\w+\/one\.png"/);
  assert.deepEqual(after.items[1], before.items[0]);
});

Deno.test("a folder that cannot be read now makes the feed unreachable, not different", async () => {
  const document = await folderDocument({
    "feed.xml": rssWith("<item><enclosure url='a.mp3'/></item>"),
    "a.mp3": "a",
  });
  const { folder } = document;
  assert.ok(folder);
  const broken = {
    ...folder,
    find: () => Promise.reject(new ContentUnreachableError("No road", { roads: [] })),
  };
  await rejection(readFeed({ ...document, folder: broken }, CALL), ContentUnreachableError);
  const corrupt = { ...folder, find: () => Promise.reject(new ContentWrongError("Bad block")) };
  const feed = await readFeed({ ...document, folder: corrupt }, CALL);
  assert.deepEqual(feed.items, []);
});

Deno.test("in a single file, relative links mean the home page, or nothing without one", async () => {
  const item = "<item><title>x</title><link>/p</link><enclosure url='a.mp3'/></item>";
  const there = await read(rssWith(`<link>https://alice.example/blog/</link>${item}`));
  assert.equal(there.items[0]?.link, "https://alice.example/p");
  assert.equal(there.items[0]?.enclosures[0]?.url, "https://alice.example/blog/a.mp3");
  const nowhere = await read(rssWith(item));
  assert.equal(nowhere.items[0]?.link, undefined);
  assert.deepEqual(nowhere.items[0]?.enclosures, []);
});
