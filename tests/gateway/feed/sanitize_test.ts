import assert from "node:assert/strict";
import fc from "fast-check";
import { Parser } from "htmlparser2";
import { xmlCharacters } from "../../../gateway/xml_characters.ts";
import { targetOf } from "../../../gateway/feed/links.ts";
import { loadSanitizer } from "../../../gateway/feed/sanitize.ts";
import type { ResolveLink } from "../../../gateway/feed/sanitize_links.ts";

const sanitizer = await loadSanitizer();

/** As in a single file without a home page. */
const resolve: ResolveLink = (href, use) => {
  const target = targetOf(href, null, use);
  return target.kind === "url" ? target.url : undefined;
};
const clean = (html: string) => sanitizer.html(html, resolve);

const ATTACKS = (await Deno.readTextFile(new URL("../../vectors/html/xss.txt", import.meta.url)))
  .split("\n").filter((line) => line !== "" && !line.startsWith("# "));

const TAGS = new Set(
  ("a abbr audio b bdi bdo blockquote br caption cite code col colgroup data dd del details dfn " +
    "div dl dt em figcaption figure h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p picture pre q rp " +
    "rt ruby s samp small source span strong sub summary sup table tbody td tfoot th thead time tr " +
    "u ul var video wbr").split(" "),
);
const URLS = ["href", "src", "poster"];
const ATTRIBUTES = new Set([
  ...URLS,
  ...("alt colspan controls datetime dir height lang loading media open preload rel reversed " +
    "rowspan scope sizes span srcset start title type value width").split(" "),
]);

/** Reads the result with a parser and by its letters, and knows nothing of how it was made. */
function assertHarmless(html: string, source: string): void {
  const parser = new Parser({
    onopentag(name, attributes) {
      assert.ok(TAGS.has(name), `<${name}> from ${source}`);
      for (const [key, value] of Object.entries(attributes)) {
        assert.ok(ATTRIBUTES.has(key), `${key} from ${source}`);
        if (!URLS.includes(key)) continue;
        assert.match(value, /^(?:https?:|mailto:|tel:|xmpp:|magnet:|ethereum:|\/ipfs\/)/, source);
      }
    },
    oncomment: () => assert.fail(`a comment from ${source}`),
    onprocessinginstruction: () => assert.fail(`an instruction from ${source}`),
  });
  parser.end(html);
  // Nothing but tags has a `<` or a `>`, so no other parser can see other tags.
  assert.doesNotMatch(
    html.replace(/<\/?[a-z][a-z0-9]*(?: [a-z]+(?:="[^"<>]*")?)*(?: \/)?>/g, ""),
    /[<>]/,
  );
  assert.equal(xmlCharacters(html), html);
}

for (const [index, attack] of ATTACKS.entries()) {
  Deno.test(`attack ${index + 1} is disarmed: ${attack.slice(0, 60)}`, () => {
    const html = clean(attack);
    assertHarmless(html, attack);
    assert.equal(clean(html), html, "cleaning is done once");
    assertHarmless(
      `<p>${sanitizer.text(attack).replaceAll("<", "&lt;").replaceAll(">", "&gt;")}</p>`,
      attack,
    );
  });
}

Deno.test("there are at least 50 attacks", () => assert.ok(ATTACKS.length >= 50));

Deno.test("no mixture of pieces of HTML gets through", () => {
  const piece = fc.constantFrom(
    ..."<script >script </ > < \" ' = / & ; # <svg onload onerror=alert(1) javascript: <img src= href= <a <!-- --> <![CDATA[ ]]> <style> </style> <math> <mtext> <table> <td> <noscript> <template> <iframe srcdoc= <textarea> </textarea> <title> <b <p> &lt; &gt; &#60; &#x3c; \0 \u2028 \t \n x 1"
      .split(" "),
    ...ATTACKS,
  );
  fc.assert(
    fc.property(
      fc.array(fc.oneof(piece, fc.string({ maxLength: 6 })), { maxLength: 14 }),
      (pieces) => {
        assertHarmless(clean(pieces.join("")), pieces.join(""));
      },
    ),
    { numRuns: 2_000 },
  );
});

Deno.test("what articles are made of stays", () => {
  const kept = [
    '<h2>A</h2><p lang="he" dir="rtl">B <em>c</em> <strong>d</strong></p>',
    '<ul><li>a</li></ul><ol start="3" reversed><li value="5">b</li></ol>',
    '<table><caption>t</caption><thead><tr><th scope="col">a</th></tr></thead><tbody><tr><td colspan="2">b</td></tr></tbody></table>',
    "<pre><code>if (a &lt; b &amp;&amp; c &gt; d) {\n  x();\n}</code></pre>",
    "<blockquote><p>q</p></blockquote><dl><dt>t</dt><dd>d</dd></dl><hr />",
    '<figure><img src="https://x.example/a.png" alt="A &quot;b&quot;" width="4" height="3" loading="lazy" /><figcaption>c</figcaption></figure>',
    '<picture><source srcset="https://x.example/a.webp 1x, https://x.example/b.webp 2x" type="image/webp" /><img src="https://x.example/a.png" alt="" loading="lazy" /></picture>',
    '<video src="https://x.example/v.mp4" poster="https://x.example/p.jpg" width="4" controls="controls" preload="none"></video>',
    '<audio controls="controls" preload="none"><source src="https://x.example/a.ogg" type="audio/ogg" /></audio>',
    '<p>H<sub>2</sub>O<sup>2</sup> <kbd>Ctrl</kbd> <mark>m</mark> <abbr title="t">a</abbr> <time datetime="2026">y</time></p>',
    "<details open><summary>s</summary>d</details><ruby>漢<rp>(</rp><rt>kan</rt><rp>)</rp></ruby>",
    '<a href="https://x.example/?a=1&amp;b=2" rel="noopener nofollow ugc">l</a>',
  ];
  for (const html of kept) assert.equal(clean(html), html);
});

Deno.test("the page's own main heading stays the only one", () => {
  assert.equal(
    clean("<h1>A</h1><center><tt>b</tt></center>"),
    "<h2>A</h2><div><code>b</code></div>",
  );
});

Deno.test("nothing plays, loads or styles itself", () => {
  assert.equal(
    clean(
      '<video src="https://x.example/v" autoplay loop muted style="x" class="y" id="z"></video>',
    ),
    '<video src="https://x.example/v" controls="controls" preload="none"></video>',
  );
});

Deno.test("a link, a picture or a frame that leads nowhere leaves its words", () => {
  assert.equal(clean('<a href="nowhere">words</a>'), "<span>words</span>");
  assert.equal(clean('<img src="nowhere" alt="A <b>">'), "<span>A &lt;b&gt;</span>");
  assert.equal(clean('<iframe src="about:blank">words</iframe>'), "<span>words</span>");
  assert.equal(
    clean('<iframe src="https://video.example/1"></iframe>'),
    '<a href="https://video.example/1" rel="noopener nofollow ugc">https://video.example/1</a>',
  );
});

Deno.test("srcset is read as browsers read it", () => {
  const sets: [string, string][] = [
    [
      "https://x.example/a 1x,https://x.example/b 2x",
      "https://x.example/a 1x, https://x.example/b 2x",
    ],
    ["https://x.example/a,b.png 100w", "https://x.example/a%2Cb.png 100w"],
    ["https://x.example/a, https://x.example/b 2x", "https://x.example/a, https://x.example/b 2x"],
    [" ,, https://x.example/a  1.5x , ", "https://x.example/a 1.5x"],
    ["javascript:alert(1) 1x, https://x.example/b 2x", "https://x.example/b 2x"],
    ["https://x.example/a 1x onerror, https://x.example/b 2y", ""],
  ];
  for (const [written, result] of sets) {
    const html = clean(`<img src="https://x.example/" srcset="${written}">`);
    assert.equal(/srcset="([^"]*)"/.exec(html)?.[1] ?? "", result, written);
  }
});

Deno.test("text is what a reader of the HTML sees", () => {
  const cases: [string, string][] = [
    ["<p>a</p><p>b</p>", "\na\n\nb\n"],
    ["a<br>b", "a\nb"],
    ["a&nbsp;b &amp;amp; &lt;i&gt;", "a\u00a0b &amp; <i>"],
    ["x < y and I <3 you", "x < y and I <3 you"],
    ["<style>p{}</style><script>x</script>a<!-- c -->", "a"],
  ];
  for (const [html, text] of cases) assert.equal(sanitizer.text(html), text);
});

Deno.test("HTML that is too deep becomes text, and HTML that is too long is cut", () => {
  assert.equal(clean("<b>".repeat(300) + "a < b"), "a &lt; b");
  assert.equal(clean("<i>".repeat(200) + "a").replaceAll(/<\/?i>/g, ""), "a");
  assert.ok(clean("<p>abc</p>".repeat(200_000)).length < 257 * 1_024);
});

Deno.test("no srcset takes long: neither commas without end nor pictures without end", () => {
  // In quadratic time the first would take the better part of a minute.
  assert.doesNotMatch(
    clean(`<img src="https://a.example/b" srcset="${",".repeat(200_000)}">`),
    /srcset/,
  );
  const many = clean(
    `<img src="https://a.example/b" srcset="${"https://a.example/c 1x,".repeat(9_000)}">`,
  );
  assert.equal(many.match(/1x/g)?.length, 50);
});
