import assert from "node:assert/strict";
import fc from "fast-check";
import { parseAtomFeed, parseRssFeed } from "feedsmith";
import { xmlCharacters } from "../../../gateway/xml_characters.ts";
import { readFeed } from "../../../gateway/feed/read_feed.ts";
import { atom } from "../../../gateway/render/atom.ts";
import { rss } from "../../../gateway/render/rss.ts";
import { ContentWrongError } from "../../../resolver/errors.ts";
import { CALL } from "../../support/content.ts";
import { feedDocument } from "../../support/feed_documents.ts";
import { pageContext } from "../../support/page_contexts.ts";

const page = await pageContext();
const document = await feedDocument("");
const read = (text: string) => {
  const bytes = new TextEncoder().encode(text) as typeof document.bytes;
  return readFeed({ ...document, bytes }, CALL);
};

const NAMES = "title link description item guid pubDate content:encoded entry id updated content " +
  "summary enclosure author category media:group media:content dc:creator itunes:image p b";
const word = fc.oneof(
  fc.string({ maxLength: 8, unit: "binary" }),
  fc.constantFrom("&lt;b&gt;", "&amp;", "&#1;", "]]>", "<![CDATA[", "<!--", "-->", "\u0000", "🐎"),
  fc.constantFrom("https://x.example/", "../a", "ipfs://x", "javascript:alert(1)", "2026-01-01"),
);
const piece = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...NAMES.split(" ")).map((name) => `<${name}>`) },
  { weight: 3, arbitrary: fc.constantFrom(...NAMES.split(" ")).map((name) => `</${name}>`) },
  { weight: 1, arbitrary: word.map((value) => `<enclosure url="${value}" type="${value}"/>`) },
  { weight: 1, arbitrary: word.map((value) => `<link href="${value}" rel="${value}"/>`) },
  { weight: 4, arbitrary: word },
);
const inside = fc.array(piece, { maxLength: 30 }).map((pieces) => pieces.join(""));

/** Every text of a feed, in whatever depth. */
function texts(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(texts) : [];
}

Deno.test("any mixture of a feed's pieces is a clean feed that can be written, or is refused", async () => {
  const documents = fc.oneof(
    inside.map((text) => `<rss><channel><title>t</title><item>${text}</item></channel></rss>`),
    inside.map((text) => `<feed xmlns="http://www.w3.org/2005/Atom"><entry>${text}</entry></feed>`),
  );
  let feeds = 0;
  await fc.assert(
    fc.asyncProperty(documents, async (text) => {
      const feed = await read(text).catch((error) => {
        if (error instanceof ContentWrongError) return null;
        throw error;
      });
      if (feed === null) return;
      feeds++;
      for (const text of texts(feed)) assert.equal(xmlCharacters(text), text);
      assert.deepEqual(await read(text), feed);
      const decoder = new TextDecoder();
      const asRss = parseRssFeed(decoder.decode(await rss.render(feed, page)));
      assert.equal(asRss.items?.length ?? 0, feed.items.length);
      const asAtom = parseAtomFeed(decoder.decode(await atom.render(feed, page)));
      assert.equal(asAtom.entries?.length ?? 0, feed.items.length);
    }),
    { numRuns: 500 },
  );
  assert.ok(feeds > 100, "most mixtures are feeds");
});

Deno.test("any bytes are a feed or are refused", async () => {
  await fc.assert(fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
    const content = Uint8Array.from(bytes) as typeof document.bytes;
    await readFeed({ ...document, bytes: content }, CALL)
      .catch((error) => assert.ok(error instanceof ContentWrongError, String(error)));
  }));
});
