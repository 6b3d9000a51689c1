import assert from "node:assert/strict";
import fc from "fast-check";
import { Parser } from "htmlparser2";
import { element, escapeText, textElement, Xml, xmlDocument } from "../../../gateway/render/xml.ts";

/** The text and the attribute that a parser finds in `<a b="…">…</a>`. */
function parsed(xml: string): { text: string; attribute: string | undefined } {
  let text = "";
  let attribute: string | undefined;
  const parser = new Parser({
    ontext: (part) => text += part,
    onopentag: (_, attributes) => attribute = attributes["b"],
  }, { xmlMode: true });
  parser.end(xml);
  return { text, attribute };
}

Deno.test("elements are written with their attributes in order, and closed when empty", () => {
  assert.equal(element("a", { b: "1", c: undefined, d: "" }).text, '<a b="1" d=""/>');
  assert.equal(element("a", {}, "x", undefined, [element("b", {}), "y"]).text, "<a>x<b/>y</a>");
});

Deno.test("text enters through escaping only", () => {
  assert.equal(element("a", {}, "<b> & ]]>").text, "<a>&lt;b&gt; &amp; ]]&gt;</a>");
  assert.equal(element("a", { b: '"<&>\n\t' }).text, '<a b="&quot;&lt;&amp;&gt;&#10;&#9;"/>');
  assert.equal(element("a", {}, new Xml("<b/>")).text, "<a><b/></a>");
});

Deno.test("an absent or empty text makes no element", () => {
  assert.equal(textElement("a", undefined), undefined);
  assert.equal(textElement("a", ""), undefined);
  assert.equal(textElement("a", "0")?.text, "<a>0</a>");
});

Deno.test("what XML forbids is left out, everything else comes back as it was", () => {
  assert.equal(escapeText("a\0\u0001\u000B\uFFFE\uFFFF\uD800b\uDC00"), "ab");
  assert.equal(escapeText("\t\n 🐎 \u202Eשלום \u0085"), "\t\n 🐎 \u202Eשלום \u0085");
  fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => {
    const characters = text.replace(
      /[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu,
      "",
    );
    const { text: found, attribute } = parsed(element("a", { b: text }, text).text);
    assert.equal(found, characters);
    assert.equal(attribute, characters);
  }));
});

Deno.test("a document says that it is UTF-8, and is", () => {
  const bytes = xmlDocument(element("a", {}, "é🐎"), "<?x?>\n");
  const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  assert.equal(text, '<?xml version="1.0" encoding="UTF-8"?>\n<?x?>\n<a>é🐎</a>\n');
});
