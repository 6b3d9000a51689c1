import assert from "node:assert/strict";
import { absoluteHtml, absoluteUrl, pageUrls } from "../../../gateway/render/page_urls.ts";
import { pageContext } from "../../support/page_contexts.ts";

const ORIGIN = "https://gateway.example";

Deno.test("a feed's routes are under its name, or at the root of its own domain", async () => {
  const named = pageUrls(await pageContext({ domain: "alice.example" }));
  assert.equal(named.page, `${ORIGIN}/alice.example`);
  assert.equal(named.rss, `${ORIGIN}/alice.example/feed.xml`);
  assert.equal(named.post("abc"), `${ORIGIN}/alice.example/posts/abc`);
  const own = pageUrls(await pageContext({ origin: "https://alice.example", basePath: "" }));
  assert.equal(own.page, "https://alice.example/");
  assert.equal(own.json, "https://alice.example/feed.json");
});

Deno.test("only content of the gateway itself gets its origin", () => {
  assert.equal(absoluteUrl("/ipfs/a/b", ORIGIN), `${ORIGIN}/ipfs/a/b`);
  assert.equal(absoluteUrl("https://x.example/", ORIGIN), "https://x.example/");
});

Deno.test("in HTML the links of tags become absolute, and nothing else changes", () => {
  const html = '<p title="/ipfs/t">src="/ipfs/x" <a href="/ipfs/a" rel="b">/ipfs/y</a>' +
    '<img src="/ipfs/c" srcset="/ipfs/d 1x, https://x.example/ 2x, /ipfs/e%2Cf 3x" alt=", /ipfs/z" />' +
    '<video poster="/ipfs/g"></video><a href="https://x.example/?u= /ipfs/h">x</a></p>';
  assert.equal(
    absoluteHtml(html, ORIGIN),
    `<p title="/ipfs/t">src="/ipfs/x" <a href="${ORIGIN}/ipfs/a" rel="b">/ipfs/y</a>` +
      `<img src="${ORIGIN}/ipfs/c" srcset="${ORIGIN}/ipfs/d 1x, https://x.example/ 2x, ${ORIGIN}/ipfs/e%2Cf 3x" alt=", /ipfs/z" />` +
      `<video poster="${ORIGIN}/ipfs/g"></video><a href="https://x.example/?u= /ipfs/h">x</a></p>`,
  );
});
