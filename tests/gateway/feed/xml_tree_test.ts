import assert from "node:assert/strict";
import { parseXml, type XmlElement, XmlError } from "../../../gateway/feed/xml_tree.ts";
import { CALL, rejection } from "../../support/content.ts";

const parse = (text: string) => parseXml(text, () => true, CALL);

/** The names of an element and all in it. */
function names(element: XmlElement): string[] {
  return [
    element.name,
    ...element.content.flatMap((node) => typeof node === "string" ? [] : names(node)),
  ];
}

Deno.test("an element's name says its vocabulary, whatever prefix the document uses", async () => {
  const root = await parse(
    '<rss xmlns:D="http://purl.org/dc/elements/1.1/" xmlns:m="HTTPS://search.yahoo.com/mrss">' +
      '<D:Creator/><m:content/><itunes:image/><x:y/><feed xmlns="http://www.w3.org/2005/Atom">' +
      "<id/></feed><id/></rss>",
  );
  assert.deepEqual(names(root), [
    "rss",
    "dc:creator",
    "media:content",
    "itunes:image",
    "x:y",
    "atom:feed",
    "atom:id",
    "id",
  ]);
});

Deno.test("RSS has no prefix, in none of its namespaces", async () => {
  for (const uri of ["http://purl.org/rss/1.0/", "http://backend.userland.com/rss2", "urn:x"]) {
    const root = await parse(`<rss xmlns="${uri}" xmlns:r="${uri}"><channel/></rss>`);
    assert.deepEqual(names(root), ["rss", "channel"]);
  }
});

Deno.test("Atom that does not say that it is Atom is Atom", async () => {
  assert.deepEqual(names(await parse("<feed><entry/></feed>")), ["atom:feed", "atom:entry"]);
});

Deno.test("a prefix means what it was declared to be where it is used", async () => {
  const root = await parse(
    '<a xmlns:p="http://purl.org/dc/elements/1.1/"><p:x xmlns:p="http://www.w3.org/2005/Atom"/><p:y/></a>',
  );
  assert.deepEqual(names(root), ["a", "atom:x", "dc:y"]);
});

Deno.test("names that objects have by nature are names like others", async () => {
  const root = await parse("<constructor:a __proto__='x'><__proto__/></constructor:a>");
  assert.deepEqual(names(root), ["constructor:a", "__proto__"]);
});

Deno.test("text is decoded, CDATA is taken as it is, comments are not", async () => {
  const root = await parse("<a>1 &lt; &#50;<!-- no --><![CDATA[ &amp; <b>]]><b/>end</a>");
  const text = root.content.filter((node) => typeof node === "string").join("");
  assert.equal(text, "1 < 2 &amp; <b>end");
});

Deno.test("what comes after the root is ignored", async () => {
  assert.deepEqual(names(await parse("<a><b/></a><c/>text<a>")), ["a", "b"]);
});

Deno.test("the parser stops at a root that is none", async () => {
  const error = await rejection(
    parseXml(`<HTML><p>${"<b>".repeat(1_000)}`, (name) => name === "rss", CALL),
    XmlError,
  );
  assert.equal(error.root, "html");
});

Deno.test("256 levels are read, more are refused", async () => {
  const nested = (depth: number) => "<a>".repeat(depth) + "</a>".repeat(depth);
  assert.equal(names(await parse(nested(256))).length, 256);
  await assert.rejects(parse(nested(257)), /nested too deeply/);
});

Deno.test("other work goes on while a large document is parsed, and it can be ended", async () => {
  const controller = new AbortController();
  const large = `<a>${"<b>text</b>".repeat(100_000)}</a>`;
  setTimeout(() => controller.abort(new Error("enough")), 0);
  await assert.rejects(parseXml(large, () => true, controller), /enough/);
});
