import assert from "node:assert/strict";
import { feedMedia } from "../../../gateway/feed/feed_media.ts";
import { readFeed } from "../../../gateway/feed/read_feed.ts";
import { verifyContent } from "../../../resolver/content/verified.ts";
import { rawTree } from "../../support/blocks.ts";
import { CALL } from "../../support/content.ts";

/** CIDs of nine files. */
const CIDS = await Promise.all(
  Array.from(
    { length: 9 },
    async (_, number) => (await rawTree(new Uint8Array([number]))).root.toString(),
  ),
);
const [IMAGE, ENCLOSURE, PICTURE, SMALL, LARGE, FILM, POSTER, SOUND, LINKED] = CIDS;

async function mediaOf(channel: string): Promise<string[]> {
  const document = new TextEncoder().encode(
    `<rss version="2.0"><channel><title>Alice</title>${channel}</channel></rss>`,
  );
  const { root: cid } = await rawTree(document);
  const bytes = verifyContent(cid, document);
  assert.ok(bytes !== null);
  const feed = await readFeed(
    { bytes, cid, name: "", folder: null, mediaType: "", roads: [] },
    CALL,
  );
  return feedMedia(feed).map(({ root, path }) => `${root}/${path}`);
}

function item(html: string, others = "", date = "Thu, 01 Jan 2026 00:00:00 GMT"): string {
  const escaped = html.replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  return `<item><title>${date}</title><pubDate>${date}</pubDate>` +
    `<description>${escaped}</description>${others}</item>`;
}

Deno.test("pictures, recordings and enclosures on IPFS are what a feed shows, each once", async () => {
  const html = [
    `<img src="ipfs://${PICTURE}/a%20b/cat.png?x=1#y" srcset="/ipfs/${SMALL} 1x, ipfs://${LARGE}/l.png 2x">`,
    `<img src="/ipfs/${PICTURE}/a%20b/cat.png">`,
    `<video src="/ipfs/${FILM}/film.mp4" poster="ipfs://${POSTER}"></video>`,
    `<audio><source src="/ipfs/${SOUND}"></audio>`,
  ].join("");
  const enclosure = `<enclosure url="ipfs://${ENCLOSURE}" type="audio/mpeg" length="1"/>`;
  const image = `<image><url>ipfs://${IMAGE}/logo.png</url></image>`;
  assert.deepEqual(await mediaOf(image + item(html, enclosure)), [
    `${IMAGE}/logo.png`,
    `${ENCLOSURE}/`,
    `${PICTURE}/a b/cat.png`,
    `${SMALL}/`,
    `${LARGE}/l.png`,
    `${FILM}/film.mp4`,
    `${POSTER}/`,
    `${SOUND}/`,
  ]);
});

Deno.test("what a feed links to, and what lies on servers, is not what it shows", async () => {
  const html = `<a href="ipfs://${LINKED}/page.html">a page</a> /ipfs/${LINKED}` +
    `<img src="https://gateway.example/ipfs/${LINKED}"><img alt="src=&quot;/ipfs/${LINKED}&quot;">` +
    `<iframe src="ipfs://${LINKED}"></iframe><img src="ipfs://bafkqaddimvwgy3zak5xxe3debi">`;
  assert.deepEqual(await mediaOf(`<link>https://alice.example/</link>${item(html)}`), []);
});

Deno.test("the media of the latest posts come first", async () => {
  const older = item(`<img src="ipfs://${SMALL}">`, "", "Wed, 01 Jan 2025 00:00:00 GMT");
  const newer = item(`<img src="ipfs://${LARGE}">`);
  assert.deepEqual(await mediaOf(older + newer), [`${LARGE}/`, `${SMALL}/`]);
});
